package im.restante.itests.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One test message: the number a sender gave it, counted over the whole run.
 *
 * @param sender  number of the sender
 * @param number  grows with every message of this sender
 */
record Mail(int sender, long number) {
    private static final Pattern ID = Pattern.compile(" id=['\"]m(\\d+)-(\\d+)['\"]");
    private static final Pattern BODY = Pattern.compile("<body>(\\d+)\\.(\\d+) (\\d+) (x*)</body>");

    /** The stanza that carries it, with a body of about {@code size} bytes. */
    byte[] to(String recipient, int size) {
        return to(recipient, size, "");
    }

    /** The same with more in it. */
    byte[] to(String recipient, int size, String extension) {
        return ("<message to='" + recipient + "@localhost' type='chat' id='m" + sender + '-' + number + "'><body>"
                        + sender + '.' + number + ' ' + size + ' ' + "x".repeat(size) + "</body>" + extension
                        + "</message>")
                .getBytes(UTF_8);
    }

    /** Mostly short, now and then long. */
    static int size(Random random) {
        return random.nextInt(10) == 0 ? 3_000 : 20 + random.nextInt(400);
    }

    /** Which one a stanza carries; empty if its body is not as it was sent. */
    static Optional<Mail> in(String stanza) {
        Matcher body = BODY.matcher(stanza);
        if (!body.find() || body.group(4).length() != Integer.parseInt(body.group(3))) {
            return Optional.empty();
        }
        return Optional.of(new Mail(Integer.parseInt(body.group(1)), Long.parseLong(body.group(2))));
    }

    /** Which one an error or another answer is about, by the id in its first tag. */
    static Optional<Mail> of(String tag) {
        Matcher id = ID.matcher(tag);
        return id.find()
                ? Optional.of(new Mail(Integer.parseInt(id.group(1)), Long.parseLong(id.group(2))))
                : Optional.empty();
    }
}
