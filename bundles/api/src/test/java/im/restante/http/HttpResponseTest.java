package im.restante.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpResponseTest {
    @Test
    void replacesAndAddsFieldsWhateverTheirCase() {
        HttpResponse response =
                HttpResponse.of(200).with("A", "1").adding("a", "2").with("B", "3");
        assertEquals(List.of(Map.entry("A", "1"), Map.entry("a", "2"), Map.entry("B", "3")), response.headers());
        assertEquals(
                List.of(Map.entry("B", "3"), Map.entry("a", "4")),
                response.with("a", "4").headers());
        assertEquals("1", response.header("a").orElseThrow());
        assertTrue(response.header("c").isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nSet-Cookie: b", "a\nb", "a\rb", "a\0b", "a\tb", "ä", "\u2028", "\u010a", "\u007f"})
    void takesNoValueThatCouldBeginAnotherField(String value) {
        assertThrows(IllegalArgumentException.class, () -> HttpResponse.of(200).with("Location", value));
        assertThrows(IllegalArgumentException.class, () -> HttpResponse.of(200).adding("Location", value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "a:",
                "a\r\n",
                "ä",
                "Content-Length",
                "transfer-encoding",
                "Connection",
                "Upgrade",
                "Date",
                "X-Content-Type-Options"
            })
    void takesNoNameThatIsNoneOrTheServersOwn(String name) {
        assertThrows(IllegalArgumentException.class, () -> HttpResponse.of(200).with(name, "x"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 101, 199, 600, -1})
    void takesFinalStatusesAlone(int status) {
        assertThrows(IllegalArgumentException.class, () -> HttpResponse.of(status));
    }

    @Test
    void theBodyIsWhatItWasWhenItWasSet() throws Exception {
        byte[] bytes = {1, 2, 3};
        HttpResponse response = HttpResponse.of(200).withBody("a/b", bytes);
        bytes[0] = 9;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        response.body().writeTo(out);
        assertEquals(
                List.of((byte) 1, (byte) 2, (byte) 3),
                List.of(out.toByteArray()[0], out.toByteArray()[1], out.toByteArray()[2]));
        assertEquals(3, response.length());
        assertEquals("a/b", response.header("content-type").orElseThrow());
    }

    @Test
    void whereThereIsNoBodyNoneIsTaken() {
        assertThrows(IllegalArgumentException.class, () -> HttpResponse.of(204).withBody("a/b", new byte[1]));
        assertThrows(IllegalArgumentException.class, () -> HttpResponse.of(304).withBody("a/b", -1, out -> {}));
        assertThrows(IllegalArgumentException.class, () -> HttpResponse.of(200).withBody("a/b", -2, out -> {}));
    }
}
