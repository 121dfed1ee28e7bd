package im.restante.account;

import static java.util.Objects.requireNonNull;

import im.restante.jid.Jid;

/**
 * What a change to one user leaves to be done for another, such as the end of a subscription in the other's roster. A repository keeps
 * it with the change and does not look into it.
 *
 * @param from bare; whose change it was, who may be gone since
 * @param to   bare; for whom it is, who need not exist
 * @param text what is to be done, in the words of whoever wrote it
 */
public record Note(Jid from, Jid to, String text) {
    public Note {
        if (!from.isBare() || !to.isBare()) {
            throw new IllegalArgumentException(
                    "a note goes from one bare JID to another, not from " + from + " to " + to);
        }
        requireNonNull(text, "text");
    }

    /** From whom to whom; never the text. */
    @Override
    public String toString() {
        return "Note[" + from + " -> " + to + "]";
    }
}
