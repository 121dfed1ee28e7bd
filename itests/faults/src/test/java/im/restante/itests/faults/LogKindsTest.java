package im.restante.itests.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LogKindsTest {
    private static final String TIME = "2026-11-23T10:00:00.123+00:00 ";

    @Test
    void addressesAndFiguresMakeNoKindAndTracesNoLine() {
        LogKinds kinds = new LogKinds(TIME + "WARN  Store: 3 messages of romeo@localhost wait\n"
                + "java.sql.SQLException: busy 1\n"
                + "\tat Store.append(Store.java:12)\n"
                + TIME + "WARN  Store: 12 messages of juliet.c@localhost/balcony wait\n"
                + TIME + "INFO  Store: 12 messages of juliet.c@localhost/balcony wait\n"
                + TIME + "WARN  Drain: 12 messages of juliet.c@localhost/balcony wait\n");
        assertEquals(2, kinds.most());
        assertEquals("WARN Store: # messages of JID wait", kinds.mostFrequent());
    }

    @Test
    void anEmptyLogHasNoKind() {
        assertEquals(0, new LogKinds("").most());
        assertEquals("", new LogKinds("").mostFrequent());
    }
}
