package im.restante.internal.spool.core;

import static java.util.stream.Collectors.toCollection;

import im.restante.spool.Recipient;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which sessions were offered a message live that is a row for another one, or that could not become a row. */
final class LiveCopies {
    /** Messages remembered in {@link #onlyThere}: no session can give back more, its queue is shorter. */
    private static final int ONLY_THERE_LIMIT = 4096;

    /** Who was offered a row's message: a drain to them skips it. */
    private final Map<Long, List<Recipient>> alreadyHas = new HashMap<>(0);
    /** The same of messages that could not become rows: what one of them gives back, nobody else will get. */
    private final Map<Long, List<Recipient>> onlyThere = new LinkedHashMap<>(0);

    void offered(long id, List<Recipient> to) {
        alreadyHas.put(id, to);
    }

    /** No row took it. */
    void areAll(long id, List<Recipient> to) {
        onlyThere.put(id, to);
        if (onlyThere.size() > ONLY_THERE_LIMIT) {
            Long oldest = onlyThere.keySet().iterator().next();
            onlyThere.remove(oldest);
            alreadyHas.remove(oldest);
        }
    }

    /** Its row goes, since who is drained to was offered it: what they give back, nobody else will get, not even who refused it. */
    void rowIsNeedless(Long id) {
        areAll(id, alreadyHas.remove(id));
    }

    boolean has(Long id, Recipient recipient) {
        return alreadyHas.getOrDefault(id, List.of()).contains(recipient);
    }

    void received(Collection<Long> ids, Recipient by) {
        ids.forEach(
                id -> alreadyHas.computeIfAbsent(id, none -> new ArrayList<>(1)).add(by));
    }

    /** A session gives a message back; true if there is no row of it. */
    boolean givenBack(long id, Recipient by) {
        List<Recipient> others = onlyThere.remove(id);
        if (others != null) {
            alreadyHas.put(id, others);
        }
        List<Recipient> has = alreadyHas.get(id);
        if (has != null) {
            has.remove(by);
        }
        return others != null;
    }

    /** The row is gone. */
    void forget(Long id) {
        alreadyHas.remove(id);
    }

    /** A session is gone for good. */
    void forget(Recipient gone) {
        alreadyHas.replaceAll((id, has) ->
                has.contains(gone) ? has.stream().filter(r -> r != gone).collect(toCollection(ArrayList::new)) : has);
        alreadyHas.values().removeIf(List::isEmpty);
    }

    /** No row above that id is left. */
    void forgetRowsAbove(long last) {
        alreadyHas.keySet().removeIf(id -> id > last);
    }

    /** Nobody is there to give anything back. */
    void forgetAllThere() {
        onlyThere.clear();
    }

    void forgetAll() {
        alreadyHas.clear();
        onlyThere.clear();
    }

    boolean isEmpty() {
        return alreadyHas.isEmpty();
    }
}
