package im.restante.internal.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class TypedTest {
    @Test
    void blanksPartTheWords() {
        assertEquals(List.of("restante:why", "a@b"), Typed.words("  restante:why\ta@b "));
        assertEquals(List.of(), Typed.words("  "));
    }

    @Test
    void nothingButQuotesMeansAnything() {
        assertEquals(
                List.of("why", "a;user-remove", "b|c", "$(x)", "${y}", "`z`", "\"q", "r\"", "#"),
                Typed.words("why a;user-remove b|c $(x) ${y} `z` \"q r\" #"));
    }

    @Test
    void quotesKeepBlanksTogether() {
        assertEquals(List.of("a b;c", "", "it's", "\\", "x y"), Typed.words("'a b;c' '' 'it'\\''s' '\\' x\\ y"));
    }

    @Test
    void aQuoteMustBeClosed() {
        assertThrows(IllegalArgumentException.class, () -> Typed.words("why 'a"));
    }
}
