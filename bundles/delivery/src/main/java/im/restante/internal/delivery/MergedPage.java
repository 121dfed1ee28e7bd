package im.restante.internal.delivery;

import im.restante.store.StoredMessage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Pages of several stores made into one, as a single store would have answered. */
final class MergedPage {
    private MergedPage() {}

    /**
     * Ends at the last id of the store whose page ends first: behind it that store may have more, with ids below those the
     * others gave. An id that is in two stores (a migration was under way) appears once.
     */
    static List<StoredMessage> of(List<List<StoredMessage>> pages, int rows, long bytes) {
        long horizon = pages.stream()
                .filter(page -> !page.isEmpty())
                .mapToLong(page -> page.get(page.size() - 1).id())
                .min()
                .orElse(0);
        List<StoredMessage> candidates = new ArrayList<>();
        for (List<StoredMessage> page : pages) {
            for (StoredMessage row : page) {
                if (row.id() <= horizon) {
                    candidates.add(row);
                }
            }
        }
        candidates.sort(Comparator.comparingLong(StoredMessage::id));
        List<StoredMessage> merged = new ArrayList<>(Math.min(rows, candidates.size()));
        long size = 0;
        long last = Long.MIN_VALUE;
        for (StoredMessage row : candidates) {
            if (row.id() == last) {
                continue;
            }
            size += row.sizeBytes();
            if (!merged.isEmpty() && (merged.size() >= rows || size > bytes)) {
                break;
            }
            merged.add(row);
            last = row.id();
        }
        return List.copyOf(merged);
    }
}
