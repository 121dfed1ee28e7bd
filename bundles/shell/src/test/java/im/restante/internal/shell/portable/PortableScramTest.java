package im.restante.internal.shell.portable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.Setting;
import im.restante.xml.Element;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortableScramTest {
    private static Element ofIterations(String count) {
        return Element.builder(Pie.SCRAM, "scram-credentials")
                .attribute("mechanism", "SCRAM-SHA-1")
                .child(Element.of(Pie.SCRAM, "iter-count", count))
                .child(Element.of(Pie.SCRAM, "salt", "QUJD"))
                .child(Element.of(Pie.SCRAM, "server-key", "QUJD"))
                .child(Element.of(Pie.SCRAM, "stored-key", "QUJD"))
                .build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"4096", " 4096\n", "999999999"})
    void whatIsKeptGoesOutAgain(String count) {
        Setting kept = PortableScram.toSetting(ofIterations(count));

        Element again = PortableScram.toElement(kept.key(), kept.value()).orElseThrow();
        assertEquals(
                count.strip(),
                again.child(Pie.SCRAM, "iter-count").orElseThrow().text());
    }

    /** Nobody could log in with them, and nothing would say why: what is kept has nine digits at most. */
    @ParameterizedTest
    @ValueSource(
            strings = {"1000000000", "2147483647", "99999999999", "\u0664\u0660\u0669\u0666", "+4096", "-1", "", "4095"
            })
    void countsThatCannotBeKeptAreRefusedWithTheirReason(String count) {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> PortableScram.toSetting(ofIterations(count)))
                .getMessage();

        assertTrue(message.contains("SCRAM-SHA-1 credentials"), message);
        assertTrue(message.contains("iterations"), message);
    }
}
