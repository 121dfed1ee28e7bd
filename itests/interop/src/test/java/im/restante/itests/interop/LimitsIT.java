package im.restante.itests.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.ServerProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Strangers from addresses of their own, as Linux gives them within 127.0.0.0/8. */
class LimitsIT extends ServerTest {
    @Override
    ServerProcess configured(ServerProcess prepared) {
        return prepared.configure("im.restante.c2s", "tls", "optional")
                .configure("im.restante.c2s", "auth-timeout-seconds", "300") // a flood takes its time
                .configure("im.restante.accounts", "scram-iterations", "100000")
                .configure("im.restante.limits", "exempt", "none")
                .configure("im.restante.limits", "connections-per-minute", "-1")
                .configure("im.restante.limits", "logins-per-minute", "-1");
    }

    private RawClient from(String address) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(address, 0));
        socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
        RawClient client = RawClient.of(socket);
        client.write(RawClient.HEADER);
        client.readUntil("</stream:features>");
        return client;
    }

    private static String plain(String user, String password) {
        return "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>"
                + Base64.getEncoder().encodeToString(('\0' + user + '\0' + password).getBytes(UTF_8)) + "</auth>";
    }

    @Test
    void wrongPasswordsFromOneAddressDoNotDelayARightOneFromAnother() throws Exception {
        String romeo = newUser("romeo");
        int flood = 200;
        AtomicInteger answered = new AtomicInteger();
        List<RawClient> flooders = new ArrayList<>();
        List<Thread> readers = new ArrayList<>();
        try (RawClient client = from("127.0.0.3")) {
            for (int i = 0; i < flood; i++) {
                flooders.add(from("127.0.0.2"));
            }
            for (RawClient flooder : flooders) {
                flooder.write(plain(romeo, "wrong").repeat(3));
                Thread reader = new Thread(() -> {
                    try {
                        for (int i = 0; i < 3; i++) {
                            flooder.readUntil("</failure>");
                            answered.incrementAndGet();
                        }
                    } catch (IOException e) {
                        // closed at the end of the test
                    }
                });
                reader.start();
                readers.add(reader);
            }
            Await.until("the flood is under way", Duration.ofSeconds(60), () -> answered.get() > 3);
            int before = answered.get();
            client.write(plain(romeo, ServerProcess.password(romeo)));
            client.readUntil("<success");
            int meanwhile = answered.get() - before;
            // behind one of each connection it would be nearly all, and some are read before this thread goes on
            assertTrue(meanwhile < flood * 3 / 4, "behind " + meanwhile + " wrong passwords");
        } finally {
            for (RawClient flooder : flooders) {
                flooder.close();
            }
            for (Thread reader : readers) {
                reader.join();
            }
        }
    }

    @Test
    void whoIsRefusedIsFoundByTheFilterOfFail2ban() throws Exception {
        String juliet = newUser("juliet");
        try (RawClient client = from("127.0.0.4")) {
            client.write(plain(juliet, "wrong"));
            client.readUntil("</failure>");
        }
        String filter = Files.readString(server.home().resolve("etc/fail2ban-restante.conf"));
        String regex = Pattern.compile("failregex = (.*)")
                .matcher(filter)
                .results()
                .map(line -> line.group(1))
                .findFirst()
                .orElseThrow();
        // What fail2ban does: it takes the date away, and <HOST> is an address.
        Pattern offence = Pattern.compile(regex.replace("<HOST>", "(?<host>[0-9a-fA-F.:]+)"));
        Await.until(
                "the line is in the log",
                Duration.ofSeconds(60),
                () -> hosts(offence).contains("127.0.0.4"));
        assertEquals(
                List.of("127.0.0.4"),
                hosts(offence).stream().filter("127.0.0.4"::equals).toList());
    }

    private List<String> hosts(Pattern offence) throws IOException {
        return Files.readAllLines(server.home().resolve("log/restante.log")).stream()
                .map(line -> line.replaceFirst(
                        "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d)", ""))
                .map(offence::matcher)
                .filter(Matcher::matches)
                .map(found -> found.group("host"))
                .toList();
    }
}
