package im.restante.internal.shell;

import im.restante.store.MessageStore;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * A message store that is present.
 *
 * @param id        its {@code store.id}
 * @param ranking   {@code service.ranking}; the highest is preferred
 * @param serviceId {@code service.id}; among equals the lowest is preferred
 */
record StoreService(String id, int ranking, long serviceId, MessageStore store) {
    private static final Comparator<StoreService> PREFERRED_FIRST =
            Comparator.comparingInt(StoreService::ranking).reversed().thenComparingLong(StoreService::serviceId);

    /** In the order in which they are preferred. */
    static List<StoreService> of(List<Map.Entry<Map<String, Object>, MessageStore>> services) {
        return services.stream()
                .map(entry -> of(entry.getKey(), entry.getValue()))
                .sorted(PREFERRED_FIRST)
                .toList();
    }

    private static StoreService of(Map<String, Object> properties, MessageStore store) {
        return new StoreService(
                String.valueOf(properties.get(MessageStore.ID)),
                properties.get("service.ranking") instanceof Integer ranking ? ranking : 0,
                properties.get("service.id") instanceof Long serviceId ? serviceId : Long.MAX_VALUE,
                store);
    }
}
