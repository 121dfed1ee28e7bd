package im.restante.internal.spool.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.jid.Jid;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TailTest {
    private static String with(String message, String... children) {
        byte[][] bytes = new byte[children.length][];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = children[i].getBytes(UTF_8);
        }
        return new String(Tail.with(message.getBytes(UTF_8), bytes), UTF_8);
    }

    @Test
    void childrenStandAtTheEnd() {
        assertEquals(
                "<message to='a'><body>ä</body><x/><y/></message>",
                with("<message to='a'><body>ä</body></message>", "<x/>", "<y/>"));
    }

    @Test
    void anEmptyMessageIsOpened() {
        assertEquals("<message to='a'><x/></message>", with("<message to='a'/>", "<x/>"));
    }

    @Test
    void theStanzaIdNamesWhoGaveIt() {
        assertEquals(
                "<stanza-id xmlns='urn:xmpp:sid:0' by='zoë@localhost' id='a-_9'/>",
                new String(Tail.stanzaId("a-_9".getBytes(UTF_8), Jid.of("zoë@localhost")), UTF_8));
    }

    @Test
    void theStampIsUtcWithMilliseconds() {
        assertEquals(
                "<delay xmlns='urn:xmpp:delay' from='localhost' stamp='2026-11-22T20:00:00.000Z'/>",
                new String(Tail.delay(Instant.parse("2026-11-22T20:00:00Z"), Jid.of("localhost")), UTF_8));
    }
}
