package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnnouncementTest {
    private String value = "a";
    private final Announcement<List<String>, String> announcement =
            new Announcement<>("listener", () -> value, List::add);

    @Test
    void whoComesIsToldTheValueAndThenItsChanges() {
        List<String> early = new ArrayList<>();
        announcement.add(early);
        value = "b";
        announcement.changed();
        List<String> late = new ArrayList<>();
        announcement.add(late);
        announcement.remove(early);
        value = "c";
        announcement.changed();
        assertEquals(List.of("a", "b"), early);
        assertEquals(List.of("b", "c"), late);
    }
}
