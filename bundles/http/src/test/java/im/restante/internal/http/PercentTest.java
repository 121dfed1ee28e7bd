package im.restante.internal.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PercentTest {
    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/a/, /a/",
        "/a%20b, /a b",
        "/a+b, /a+b",
        "/%C3%A4, /ä",
        "/a%2520, /a%20",
        "/a..b/...c, /a..b/...c",
        "/a;b=c/d, /a;b=c/d"
    })
    void decodesAPathOnce(String raw, String path) throws Exception {
        assertEquals(path, Percent.path(raw));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "*",
                "/..",
                "/../a",
                "/a/..",
                "/a/../b",
                "/.",
                "/a/./b",
                "/%2e%2e/a",
                "/%2E./a",
                "/.%2e",
                "//",
                "//a",
                "/a//b",
                "/a%2fb",
                "/a%2Fb",
                "/%2e%2e%2fa",
                "/a%5cb",
                "/a\\b",
                "/a%00",
                "/a%0d%0ab",
                "/a%7f",
                "/a%c2%85",
                "/a%",
                "/a%4",
                "/a%zz",
                "/a%+1",
                "/a%c3",
                "/a%c0%af",
                "/a%c0%ae",
                "/a%ed%a0%80",
                "/ä",
                "/a b"
            })
    void refusesAPathThatCouldMeanAnother(String raw) {
        assertThrows(BadRequestException.class, () -> Percent.path(raw));
    }

    @Test
    void readsAQuery() throws Exception {
        assertEquals(Map.of(), Percent.query(null));
        assertEquals(Map.of(), Percent.query(""));
        assertEquals(
                Map.of("a", List.of("1", "2 3"), "b", List.of(""), "ä&", List.of("=")),
                Percent.query("a=1&a=2+3&&b&%C3%A4%26=%3D"));
        assertThrows(BadRequestException.class, () -> Percent.query("a=%"));
        assertThrows(BadRequestException.class, () -> Percent.query("a=%ff"));
    }
}
