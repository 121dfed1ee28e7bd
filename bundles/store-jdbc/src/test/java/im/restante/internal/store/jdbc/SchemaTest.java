package im.restante.internal.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class SchemaTest {
    @Test
    void aScriptIsCutAtSemicolonsThatEndALine() {
        assertEquals(
                List.of("CREATE TABLE a(\nb TEXT DEFAULT ';x'\n)\n", "DROP TABLE a\n"),
                Schema.statements("-- first; comment;\nCREATE TABLE a(\n  b TEXT DEFAULT ';x'\n);\n\nDROP TABLE a;\n"));
    }

    @Test
    void aScriptThatEndsInsideAStatementIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Schema.statements("DROP TABLE a;\nDROP TABLE b\n"));
    }
}
