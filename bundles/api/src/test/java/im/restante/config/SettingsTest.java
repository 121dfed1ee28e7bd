package im.restante.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private enum Mode {
        REQUIRED,
        VERY_OPTIONAL
    }

    private static Settings with(Object value) {
        return Settings.of("im.restante.test", Map.of("key", value));
    }

    @Test
    void takesTheDefaultForWhatIsMissingOrBlank() {
        for (Settings settings : new Settings[] {Settings.of("p", Map.of()), with(""), with("  ")}) {
            assertEquals("d", settings.text("key", "d"));
            assertNull(settings.text("key", null));
            assertTrue(settings.flag("key", true));
            assertEquals(7, settings.integer("key", 7, 0, 10));
            assertEquals(Mode.VERY_OPTIONAL, settings.choice("key", Mode.VERY_OPTIONAL));
        }
    }

    @Test
    void readsTextAndTypedValuesAlike() {
        assertEquals("x", with(" x ").text("key", "d"));
        assertFalse(with("FALSE").flag("key", true));
        assertTrue(with(true).flag("key", false));
        assertEquals(5222, with(5222).integer("key", 1, 1, 65535));
        assertEquals(5222, with(" 5222 ").integer("key", 1, 1, 65535));
        assertEquals(-1, with(-1L).integer("key", 1, -1, 10));
        assertEquals(Mode.VERY_OPTIONAL, with("very-optional").choice("key", Mode.REQUIRED));
    }

    @Test
    void admitsTheBoundsInclusive() {
        assertEquals(1, with(1).integer("key", 2, 1, 3));
        assertEquals(3, with(3).integer("key", 2, 1, 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "4", "x", "1.5", "99999999999", "0x1"})
    void saysPidKeyValueAndWhatNumberWouldBeRight(String value) {
        ConfigException e =
                assertThrows(ConfigException.class, () -> with(value).integer("key", 1, 1, 3));
        assertEquals("im.restante.test: key=" + value + ": must be a whole number from 1 to 3", e.getMessage());
    }

    @Test
    void saysWhichWordsWouldBeRight() {
        assertEquals(
                "im.restante.test: key=yes: must be true or false",
                assertThrows(ConfigException.class, () -> with("yes").flag("key", true))
                        .getMessage());
        assertEquals(
                "im.restante.test: key=never: must be one of required, very-optional",
                assertThrows(ConfigException.class, () -> with("never").choice("key", Mode.REQUIRED))
                        .getMessage());
    }

    @Test
    void letsTheReaderJudgeTheRest() {
        assertEquals(
                "im.restante.test: key=a b: must be a domain",
                with("a b").bad("key", "a domain").getMessage());
    }

    @Test
    void aRelativePathStartsFromTheHomeIfThereIsOne() {
        assertEquals(Path.of("/home/a"), with("../a").path("key", "b", "/home/restante"));
        assertEquals(Path.of("/home/restante/b"), with("").path("key", "b", "/home/restante"));
        assertEquals(Path.of("/a"), with("/a").path("key", "b", "/home/restante"));
        assertEquals(Path.of("a").toAbsolutePath(), with("a").path("key", "b", null));
        assertEquals(
                "im.restante.test: key=a\u0000b: must be a path",
                assertThrows(ConfigException.class, () -> with("a\u0000b").path("key", "b", null))
                        .getMessage());
    }
}
