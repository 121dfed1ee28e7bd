package im.restante.internal.accounts;

import im.restante.account.UserRepository;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The user repositories that are present, by what their services say. Not safe for concurrent use. */
final class UserStores {
    private static final String SERVICE_ID = "service.id";
    private static final String SERVICE_RANKING = "service.ranking";

    private static final Comparator<Present> BY_RANKING =
            Comparator.comparingInt(Present::ranking).reversed().thenComparingLong(Present::serviceId);

    private final Map<Object, Present> present = new HashMap<>();
    /** Those that have answered since they came. */
    private final Set<UserRepository> reached = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Adds one, or replaces what is known of it. */
    void put(UserRepository repository, Map<String, ?> properties) {
        present.put(properties.get(SERVICE_ID), new Present(repository, Map.copyOf(properties)));
    }

    void remove(Map<String, ?> properties) {
        Present gone = present.remove(properties.get(SERVICE_ID));
        if (gone != null) {
            reached.remove(gone.repository());
        }
    }

    boolean contains(UserRepository repository) {
        return present.values().stream().anyMatch(one -> one.repository() == repository);
    }

    /** It has answered. */
    void reached(UserRepository repository) {
        if (contains(repository)) {
            reached.add(repository);
        }
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
                .min(BY_RANKING)
                .map(Present::repository)
                .orElse(null);
    }

    /**
     * The same, but one that nobody named and that has never answered is not preferred to one that works.
     *
     * @param before   what was chosen so far; null for none
     * @param isNew    of one that has never answered: whether it may still turn out to be there
     */
    UserRepository chooseWorking(String storeId, UserRepository before, Predicate<UserRepository> isNew) {
        UserRepository first = choose(storeId);
        if (first == null || !storeId.isEmpty() || reached.contains(first)) {
            return first;
        }
        UserRepository working = present.values().stream()
                .filter(candidate -> reached.contains(candidate.repository()))
                .min(BY_RANKING)
                .map(Present::repository)
                .orElse(null);
        boolean isSettled = before != null && reached.contains(before);
        return working == null || !isSettled && isNew.test(first) ? first : working;
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
