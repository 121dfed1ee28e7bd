package im.restante.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsDescriptorTest {
    private enum Mode {
        REQUIRED,
        VERY_OPTIONAL
    }

    private static final SettingsDescriptor TEST = SettingsDescriptor.of("im.restante.test", "Test", "For a test.")
            .text("name", "d", "A name.")
            .flag("on", true, "Whether.")
            .number("size", 2, 1, 3, "How much.")
            .numberOr(-1, "limit", -1, 5, Long.MAX_VALUE, "At most; -1: no limit.")
            .choice("mode", Mode.VERY_OPTIONAL, "How.")
            .text("file", "b", "Where.")
            .secret(".password", "Psst.")
            .build();

    private static Settings with(String key, Object value) {
        return TEST.read(Map.of(key, value));
    }

    @Test
    void whatIsMissingOrBlankIsTheDefault() {
        for (Map<String, String> values : List.of(
                Map.<String, String>of(), Map.of("name", "", "on", "  ", "size", "", "mode", " ", "limit", ""))) {
            Settings settings = TEST.read(values);
            assertEquals("d", settings.text("name"));
            assertTrue(settings.flag("on"));
            assertEquals(2, settings.integer("size"));
            assertEquals(-1, settings.number("limit"));
            assertEquals(Mode.VERY_OPTIONAL, settings.choice("mode", Mode.class));
            assertEquals("", settings.text(".password"));
        }
    }

    @Test
    void textAndTypedValuesAreReadAlike() {
        assertEquals("x", with("name", " x ").text("name"));
        assertFalse(with("on", "FALSE").flag("on"));
        assertFalse(with("on", false).flag("on"));
        assertEquals(3, with("size", 3).integer("size"));
        assertEquals(3, with("size", " 3 ").integer("size"));
        assertEquals(5_000_000_000L, with("limit", 5_000_000_000L).number("limit"));
        assertEquals(Mode.REQUIRED, with("mode", "required").choice("mode", Mode.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "4", "x", "1.5", "99999999999999999999", "0x1"})
    void aBadNumberIsRefusedWithPidKeyValueAndWhatWouldBeRight(String value) {
        ConfigException e = assertThrows(ConfigException.class, () -> with("size", value));
        assertEquals("im.restante.test: size=" + value + ": must be a whole number from 1 to 3", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "on    | yes   | true or false",
                "mode  | never | one of required, very-optional",
                "limit | 4     | a whole number from 5 on, or -1"
            })
    void anyOtherIsRefusedToo(String key, String value, String wanted) {
        ConfigException e = assertThrows(ConfigException.class, () -> with(key, value));
        assertEquals("im.restante.test: " + key + "=" + value + ": must be " + wanted, e.getMessage());
    }

    @Test
    void theReaderJudgesTheRestAndNoSecretIsTold() {
        assertEquals(
                "im.restante.test: name=a b: must be a domain",
                with("name", "a b").bad("name", "a domain").getMessage());
        assertEquals(
                "im.restante.test: .password=...: must be longer",
                with(".password", "x").bad(".password", "longer").getMessage());
    }

    @Test
    void aPasswordInsideATextIsNotTold() {
        String told = with("name", "jdbc:x://h/d?user=u&Password=sword;fi sh&y=1")
                .bad("name", "shorter")
                .getMessage();
        assertEquals("im.restante.test: name=jdbc:x://h/d?user=u&Password=...&y=1: must be shorter", told);
        assertEquals("", TEST.key(".password").shown(""));
    }

    @Test
    void aRelativePathStartsFromTheHomeIfThereIsOne() {
        assertEquals(Path.of("/home/a"), with("file", "../a").path("file", "/home/restante"));
        assertEquals(Path.of("/home/restante/b"), with("file", "").path("file", "/home/restante"));
        assertEquals(Path.of("/a"), with("file", "/a").path("file", "/home/restante"));
        assertEquals(Path.of("a").toAbsolutePath(), with("file", "a").path("file", null));
        assertEquals(
                "im.restante.test: file=a\u0000b: must be a path",
                assertThrows(
                                ConfigException.class,
                                () -> with("file", "a\u0000b").path("file", null))
                        .getMessage());
    }

    @Test
    void inKarafTheHomeIsNotInTheFolderThatACleanStartEmpties() {
        assertEquals("/mail", Settings.home(Map.of("restante.home", "/mail", "karaf.base", "/karaf")::get));
        assertEquals(Path.of("/karaf/restante").toString(), Settings.home(Map.of("karaf.base", "/karaf")::get));
        assertNull(Settings.home(key -> null));
    }

    @Test
    void oneValueIsReadWhateverTheOthersAre() {
        assertEquals("x", TEST.textOf("name", Map.of("name", " x", "size", "none")));
        assertEquals("d", TEST.textOf("name", Map.of()));
    }

    @Test
    void aKeyThatNobodyReadsIsSaidWithTheOneThatMayBeMeant() {
        assertEquals(
                List.of(
                        "nothing here reads the key colour",
                        "nothing here reads the key size_; is size meant?",
                        "nothing here reads the key sizze; is size meant?"),
                TEST.unknown(List.of("size", "sizze", "size_", "colour", "mode")));
    }

    @Test
    void aMistakeInTheProgramIsNoConfigException() {
        Settings settings = TEST.read(Map.of());
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> settings.text("colour"));
        assertFalse(e instanceof ConfigException);
        assertThrows(IllegalArgumentException.class, () -> settings.flag("name"));
        assertThrows(
                IllegalArgumentException.class,
                () -> with("limit", 5_000_000_000L).integer("limit"));
        SettingsDescriptor.Builder builder =
                SettingsDescriptor.of("p", "t", "d").flag("on", true, "");
        assertThrows(IllegalArgumentException.class, () -> builder.flag("on", true, ""));
        assertThrows(IllegalArgumentException.class, () -> builder.number("size", 9, 1, 3, ""));
        assertThrows(IllegalArgumentException.class, () -> builder.secret("password", ""));
    }
}
