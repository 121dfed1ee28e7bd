package im.restante.migration;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An account as another server keeps it; nothing in it has been judged.
 *
 * @param id          its number there, which grows with later accounts
 * @param jid         its address, if it is one
 * @param active      whether its owner may log in there
 * @param credentials what its owner logs in with, in no order
 * @param ownLimit    how many messages of a sender its owner wants kept; null: not set
 */
public record ForeignAccount(
        long id,
        String jid,
        boolean active,
        List<Credential> credentials,
        @Nullable String ownLimit) {
    /**
     * One way to check a password.
     *
     * @param mechanism {@code PLAIN} (the password itself), a name of SCRAM's family, or another
     * @param value     in that server's own form
     */
    public record Credential(String mechanism, String value) {
        /** The mechanism; never the value. */
        @Override
        public String toString() {
            return mechanism;
        }
    }

    public ForeignAccount {
        credentials = List.copyOf(credentials);
    }
}
