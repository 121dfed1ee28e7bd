package im.restante.itests.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.itests.harness.PlainLogin;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Two people who do, before the attack, what everybody does all day: one goes and comes back, the other writes meanwhile, more than is
 * kept, and both look at rosters and vCards. So the JVM has compiled what a server has compiled that has been in use for an hour.
 */
final class Regulars implements AutoCloseable {
    static final List<String> ACCOUNTS = List.of("dan", "eve");

    /** One more than are kept of one sender, so that some are refused. */
    private static final int MESSAGES = 110;

    private static final String TEXT = "t".repeat(1_000);
    /** A question of the server's: whether what it sent has come. */
    private static final Pattern QUESTION = Pattern.compile("<iq type='get' id='([^']+)'");

    private final Socket dan;
    private final Socket eve;

    Regulars(int port) throws IOException {
        dan = PlainLogin.open(port, "dan", "home");
        eve = PlainLogin.open(port, "eve", "home");
    }

    /** For so long, and a day at least. */
    void live(long nanos) throws IOException {
        long end = System.nanoTime() + nanos;
        int days = 0;
        do {
            day(days++);
        } while (System.nanoTime() < end);
    }

    private void day(int day) throws IOException {
        write(eve, "<presence/>");
        answered(eve, "here" + day, "<query xmlns='jabber:iq:roster'/>");
        write(eve, "<presence type='unavailable'/>");
        answered(eve, "gone" + day, "<ping xmlns='urn:xmpp:ping'/>");
        write(
                dan,
                ("<message to='eve@localhost' type='chat'><body>" + TEXT + "</body></message>").repeat(MESSAGES)
                        + "<iq type='set' id='v" + day + "'><vCard xmlns='vcard-temp'><NOTE>" + TEXT.repeat(20)
                        + "</NOTE></vCard></iq>");
        until(dan, "id='v" + day + "'");
        for (int look = 0; look < 4; look++) {
            answered(dan, "w" + look + "-" + day, "<vCard xmlns='vcard-temp'/>");
        }
    }

    private static void answered(Socket socket, String id, String question) throws IOException {
        write(socket, "<iq type='get' id='" + id + "'>" + question + "</iq>");
        until(socket, "id='" + id + "'");
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    /** Reads until that has come, and says of all before it that it has. */
    private static void until(Socket socket, String wanted) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[16_384];
        String rest = "";
        while (true) {
            int read = in.read(buffer);
            if (read < 0) {
                throw new IOException("the server closed a regular's connection");
            }
            String text = rest + new String(buffer, 0, read, UTF_8);
            Matcher question = QUESTION.matcher(text);
            int last = 0;
            while (question.find()) {
                write(socket, "<iq type='result' to='localhost' id='" + question.group(1) + "'/>");
                last = question.end();
            }
            rest = text.substring(Math.max(last, text.length() - 256));
            if (text.contains(wanted)) {
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        dan.close();
        eve.close();
    }
}
