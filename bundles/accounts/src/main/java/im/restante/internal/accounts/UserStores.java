package im.restante.internal.accounts;

import im.restante.account.UserRepository;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The user repositories that are present, by what their services say. Not safe for concurrent use. */
final class UserStores {
    private static final String SERVICE_ID = "service.id";
    private static final String SERVICE_RANKING = "service.ranking";

    private final Map<Object, Present> present = new HashMap<>();

    /** Adds one, or replaces what is known of it. */
    void put(UserRepository repository, Map<String, ?> properties) {
        present.put(properties.get(SERVICE_ID), new Present(repository, Map.copyOf(properties)));
    }

    void remove(Map<String, ?> properties) {
        present.remove(properties.get(SERVICE_ID));
    }

    /**
     * The one named, or of those without a name given the highest ranking; of several equals the oldest, as the framework has it.
     *
     * @param storeId empty: any
     * @return null if there is none
     */
    UserRepository choose(String storeId) {
        return present.values().stream()
                .filter(candidate -> storeId.isEmpty() || storeId.equals(candidate.storeId()))
                .min(Comparator.comparingInt(Present::ranking).reversed().thenComparingLong(Present::serviceId))
                .map(Present::repository)
                .orElse(null);
    }

    /** The {@code store.id} of one of them, for a log. */
    String nameOf(UserRepository repository) {
        return present.values().stream()
                .filter(candidate -> candidate.repository() == repository)
                .map(Present::storeId)
                .findFirst()
                .orElse("");
    }

    /** The {@code store.id} of all, for a log. */
    List<String> names() {
        return present.values().stream().map(Present::storeId).sorted().toList();
    }

    private record Present(UserRepository repository, Map<String, ?> properties) {
        private String storeId() {
            return String.valueOf(properties.get(UserRepository.ID));
        }

        private int ranking() {
            return properties.get(SERVICE_RANKING) instanceof Integer ranking ? ranking : 0;
        }

        private long serviceId() {
            return properties.get(SERVICE_ID) instanceof Long id ? id : Long.MAX_VALUE;
        }
    }
}
