package im.restante.session;

import im.restante.jid.Jid;

/** An account has as many resources bound as it may, and none of them is idle (RFC 6120 §7.6.2.1). */
public final class TooManyResourcesException extends Exception {
    private static final long serialVersionUID = 1L;

    public TooManyResourcesException(Jid account, int most) {
        super(account + " has " + most + " resources bound, and none of them is idle");
    }
}
