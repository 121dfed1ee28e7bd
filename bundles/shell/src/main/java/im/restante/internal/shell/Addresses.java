package im.restante.internal.shell;

import im.restante.jid.Jid;

/** Addresses that an operator types. */
final class Addresses {
    private Addresses() {}

    /**
     * An account's address.
     *
     * @throws IllegalArgumentException if {@code text} is none, or has a resource
     */
    static Jid account(String text) {
        Jid jid = Jid.of(text);
        if (jid.local() == null || jid.isFull()) {
            throw new IllegalArgumentException("an account's address looks like name@domain, got " + text);
        }
        return jid;
    }
}
