package im.restante.itests.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StanzaSplitterTest {
    @Test
    void givesWholeStanzasHoweverTheirBytesArrive() {
        List<String> stanzas = List.of(
                "<message from='a>b'><body>1.2 0 </body><delay stamp='x'/></message>",
                "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>",
                "<presence/>");
        byte[] bytes = String.join(" ", stanzas).getBytes(UTF_8);
        for (int step = 1; step <= bytes.length; step++) {
            StanzaSplitter splitter = new StanzaSplitter();
            List<String> found = new ArrayList<>();
            for (int at = 0; at < bytes.length; at += step) {
                byte[] part = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + step));
                splitter.add(part, part.length);
                for (Optional<String> next = splitter.next(); next.isPresent(); next = splitter.next()) {
                    found.add(next.get());
                }
            }
            assertEquals(stanzas, found, "in steps of " + step);
        }
    }
}
