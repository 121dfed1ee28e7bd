package im.restante.internal.why;

import im.restante.jid.Jid;
import java.util.List;

/**
 * One thing that became of one message, or of several that left the spool together. Holds what exists already, and never a body.
 *
 * @param place     in its ring
 * @param millis    when, since 1970
 * @param owner     bare
 * @param sender    bare; null where it was not at hand
 * @param messageId the sender's; null if there was none or it was not at hand
 * @param id        the arrival id; 0 for a message that could not have been stored, and for several
 * @param several   the arrival ids of several; null for one
 * @param what      a verdict or a fate, as a sentence has it
 * @param reason    null for none
 * @param revision  of the configuration at that moment
 */
record Entry(
        long place,
        long millis,
        Jid owner,
        Jid sender,
        String messageId,
        long id,
        List<Long> several,
        What what,
        String reason,
        int revision) {
    /** Objects of an entry, of its addresses and strings, and its place in a ring: about what a 64-bit JVM takes. */
    private static final int BASE_BYTES = 256;

    private static final int ID_BYTES = 24;

    /** The arrival ids; none for a message that could not have been stored. */
    List<Long> ids() {
        if (several != null) {
            return several;
        }
        return id == 0 ? List.of() : List.of(id);
    }

    /** What an entry of these takes in memory at most, about. What it shares with other entries is charged to each. */
    static int bytes(Jid owner, Jid sender, String messageId, List<Long> several, String reason) {
        return BASE_BYTES
                + (several == null ? 0 : ID_BYTES * several.size())
                + bytes(owner.toString())
                + (sender == null ? 0 : bytes(sender.toString()))
                + bytes(messageId)
                + bytes(reason);
    }

    private static int bytes(String text) {
        return text == null ? 0 : 2 * text.length();
    }
}
