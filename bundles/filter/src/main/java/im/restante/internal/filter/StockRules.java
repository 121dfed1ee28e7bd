package im.restante.internal.filter;

import im.restante.filter.Opinion;
import im.restante.stanza.Message;

/**
 * The hints of XEP-0334 and what is stored by default, as a table: the first row whose trait the message has decides. A hint on
 * an error is ignored, since the type is asked first (XEP-0334 §4); of two hints that contradict each other the one for less
 * storing wins. {@code no-permanent-store} is no row: a spool is not permanent.
 */
final class StockRules {
    /** Nothing in the table fits. */
    static final Opinion OTHERWISE = new Opinion.Skip("default: nothing to keep");

    /** One row of the table; {@link #values()} is the order. */
    enum Row {
        ERROR(Trait.TYPE_ERROR, new Opinion.Skip("default: type error")),
        NO_STORE(Trait.HINT_NO_STORE, new Opinion.Skip("hint: no-store")),
        STORE(Trait.HINT_STORE, new Opinion.Keep("hint: store")),
        GROUPCHAT(Trait.TYPE_GROUPCHAT, new Opinion.Skip("default: type groupchat")),
        HEADLINE(Trait.TYPE_HEADLINE, new Opinion.Skip("default: type headline")),
        BODY(Trait.BODY, new Opinion.Keep("default: body")),
        RECEIPT(Trait.RECEIPT, new Opinion.Keep("default: receipt")),
        MARKER(Trait.MARKER, new Opinion.Keep("default: chat marker")),
        ENCRYPTED(Trait.ENCRYPTED, new Opinion.Keep("default: encrypted payload")),
        INVITATION(Trait.INVITATION, new Opinion.Keep("default: invitation")),
        CHAT_STATE(Trait.CHAT_STATE, new Opinion.Skip("default: chat state only"));

        private final int bit;
        private final Opinion opinion;

        Row(Trait trait, Opinion opinion) {
            this.bit = trait.bit();
            this.opinion = opinion;
        }
    }

    private static final Row[] TABLE = Row.values();

    private StockRules() {}

    /** {@link Opinion.Keep} or {@link Opinion.Skip}. */
    static Opinion decide(Message message) {
        int traits = Trait.of(message);
        for (Row row : TABLE) {
            if ((traits & row.bit) != 0) {
                return row.opinion;
            }
        }
        return OTHERWISE;
    }
}
