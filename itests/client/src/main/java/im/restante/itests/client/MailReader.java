package im.restante.itests.client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads an owner's messages as an ordinary client does: it answers the server's pings, and so proves what it read. */
public final class MailReader {
    private static final String MESSAGE_OR_REQUEST = "<message.*?</message>|<iq [^>]*type=.get.[^>]*>";
    private static final Pattern ID = Pattern.compile(" id=['\"]([^'\"]*)");
    private static final Pattern BODY = Pattern.compile("<body>([^<]*)</body>");

    private final PlainClient client;
    private int read;
    private int beforeTheFirstRequest = -1;

    public MailReader(PlainClient client) {
        this.client = client;
    }

    /** The bodies in the order in which they come, up to {@code last}, which is not among them. */
    public List<String> readTo(String last) throws IOException {
        List<String> bodies = new ArrayList<>();
        while (true) {
            String next = client.await(MESSAGE_OR_REQUEST);
            if (next.startsWith("<iq")) {
                if (beforeTheFirstRequest < 0) {
                    beforeTheFirstRequest = read;
                }
                client.send("<iq type='result' id='" + group(ID, next) + "'/>");
                continue;
            }
            read++;
            String body = group(BODY, next);
            if (body.equals(last)) {
                return bodies;
            }
            bodies.add(body);
        }
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
