package im.restante.itests.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

/** What the benchmarks send. */
final class Stanzas {
    private static final String SENTENCE =
            "But, soft! what light through yonder window breaks? It is the east, and Juliet is the "
                    + "sun. Arise, fair sun, and kill the envious moon, who is already sick and pale with grief, that thou her maid art "
                    + "far more fair than she.";

    private Stanzas() {}

    /**
     * About 480 bytes, as people send them: an id, a receipt request, a chat state and some sentences. Its body begins with the
     * two numbers that {@link Peer} looks for.
     */
    static byte[] message(String to, int sender, int number) {
        return ("<message to='" + to + "' type='chat' id='" + sender + "-" + number + "'><body>" + sender + "." + number
                        + " " + SENTENCE + "</body><active xmlns='http://jabber.org/protocol/chatstates'/>"
                        + "<request xmlns='urn:xmpp:receipts'/></message>")
                .getBytes(UTF_8);
    }
}
