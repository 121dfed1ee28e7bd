package im.restante.itests.client;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads an owner's messages as an ordinary client does: it answers the server's pings, and so proves what it read. */
public final class MailReader {
    private static final String MESSAGE = "<message.*?</message>";
    private static final String MESSAGE_OR_REQUEST = MESSAGE + "|<iq [^>]*type=.get.[^>]*>";
    private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();
    private static final Pattern ID = Pattern.compile(" id=['\"]([^'\"]*)");
    private static final Pattern BODY = Pattern.compile("<body>([^<]*)</body>");

    private final PlainClient client;
    private int read;
    private int looks;
    private int beforeTheFirstRequest = -1;

    public MailReader(PlainClient client) {
        this.client = client;
    }

    /** The bodies in the order in which they come, up to {@code last}, which is not among them. */
    public List<String> readTo(String last) throws IOException {
        List<String> bodies = new ArrayList<>();
        while (true) {
            String body = next(client.await(MESSAGE_OR_REQUEST));
            if (last.equals(body)) {
                return bodies;
            }
            if (body != null) {
                bodies.add(body);
            }
        }
    }

    /** Reads for a while, says that its owner is away and takes leave in order: none of these will come again. */
    public List<String> readAndLeave(String domain, Duration time) throws IOException {
        List<String> bodies = new ArrayList<>();
        long end = System.nanoTime() + time.toNanos();
        do {
            bodies.addAll(whatIsThere(domain));
            LockSupport.parkNanos(LOOK_NANOS);
        } while (System.nanoTime() < end);
        client.send("<presence type='unavailable'/>");
        bodies.addAll(whatIsThere(domain));
        Matcher late = Pattern.compile(MESSAGE, Pattern.DOTALL).matcher(client.leave());
        while (late.find()) {
            bodies.add(group(BODY, late.group()));
        }
        return bodies;
    }

    private List<String> whatIsThere(String domain) throws IOException {
        List<String> bodies = new ArrayList<>();
        String id = "look" + ++looks;
        client.sendPing(domain, id);
        while (true) {
            String next = client.await(MESSAGE_OR_REQUEST + "|<iq [^>]*id=." + id + ".[^>]*>");
            if (next.startsWith("<iq") && group(ID, next).equals(id)) {
                return bodies;
            }
            String body = next(next);
            if (body != null) {
                bodies.add(body);
            }
        }
    }

    /** The body of a message; null for what is none, which is answered. */
    private String next(String stanza) throws IOException {
        if (stanza.startsWith("<iq")) {
            if (beforeTheFirstRequest < 0) {
                beforeTheFirstRequest = read;
            }
            client.send("<iq type='result' id='" + group(ID, stanza) + "'/>");
            return null;
        }
        read++;
        return group(BODY, stanza);
    }

    /** How many messages came before the server first asked for proof; all, if it has not asked. */
    public int beforeTheFirstRequest() {
        return beforeTheFirstRequest < 0 ? read : beforeTheFirstRequest;
    }

    private static String group(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new AssertionError("no " + pattern + " in " + text);
        }
        return matcher.group(1);
    }
}
