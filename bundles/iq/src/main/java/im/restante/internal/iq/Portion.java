package im.restante.internal.iq;

import im.restante.internal.support.Lexical;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;

/**
 * Which part of a long list of waiting messages a client wants to see (XEP-0059).
 *
 * @param asked    whether it said anything of it
 * @param max      at most so many
 * @param after    only those above that id; 0 for all
 * @param before   only those below that id, the last of them; 0 for any
 * @param fromLast the last ones instead of the first
 * @param fault    why it cannot have that; null if it can
 */
record Portion(boolean asked, int max, long after, long before, boolean fromLast, Condition fault) {
    static final String RSM = "http://jabber.org/protocol/rsm";

    private static final long LARGEST = 999_999_999;

    /** @param most what one answer holds */
    static Portion of(Element query, int most) {
        Element set = query.child(RSM, "set").orElse(null);
        if (set == null) {
            return new Portion(false, most, 0, 0, false, null);
        }
        String wanted = text(set, "max");
        long max = wanted == null ? most : Lexical.unsigned(wanted, LARGEST);
        if (max < 0) {
            return faulty(Condition.BAD_REQUEST);
        }
        if (text(set, "index") != null) {
            return faulty(Condition.FEATURE_NOT_IMPLEMENTED); // XEP-0059 §2.6
        }
        String after = text(set, "after");
        String before = text(set, "before");
        if (after != null && before != null) {
            return faulty(Condition.BAD_REQUEST);
        }
        boolean last = before != null && before.isEmpty();
        long above = after == null ? 0 : Nodes.id(after);
        long below = before == null || last ? 0 : Nodes.id(before);
        if (after != null && above == 0 || before != null && !last && below == 0) {
            return faulty(Condition.ITEM_NOT_FOUND);
        }
        return new Portion(true, (int) Math.min(most, max), above, below, before != null, null);
    }

    private static Portion faulty(Condition fault) {
        return new Portion(true, 0, 0, 0, false, fault);
    }

    private static String text(Element set, String name) {
        return set.child(RSM, name).map(child -> child.text().trim()).orElse(null);
    }
}
