package im.restante.internal.why;

import im.restante.message.HistoryEntry.Kind;
import java.util.List;

/**
 * One thing that became of one message, or of several that left the spool together. Never a body.
 *
 * @param millis    when, since 1970
 * @param owner     bare
 * @param sender    bare; null where it was not at hand
 * @param messageId the sender's; null if there was none or it was not at hand; at most {@link #MOST_CHARACTERS}
 * @param id        the arrival id; 0 for a message that could not have been stored, and for several
 * @param several   the arrival ids of several, at most {@link #MOST_IDS}; none for one
 * @param kind      a verdict or a disposition
 * @param reason    null for none; at most {@link #MOST_CHARACTERS}
 * @param revision  of the configuration at that moment
 */
record Entry(
        long millis,
        String owner,
        String sender,
        String messageId,
        long id,
        List<Long> several,
        Kind kind,
        String reason,
        int revision) {
    /** Of what a sender or another bundle wrote. */
    static final int MOST_CHARACTERS = 256;
    /** Of one entry; more ids make more entries. */
    static final int MOST_IDS = 512;

    /** The arrival ids; none for a message that could not have been stored. */
    List<Long> ids() {
        return id == 0 ? several : List.of(id);
    }

    Entry at(long time, int configuration) {
        return new Entry(time, owner, sender, messageId, id, several, kind, reason, configuration);
    }
}
