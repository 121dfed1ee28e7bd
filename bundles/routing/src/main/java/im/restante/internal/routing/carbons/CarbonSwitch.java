package im.restante.internal.routing.carbons;

import im.restante.jid.Jid;

/** Where it is kept who wants carbons. */
@FunctionalInterface
public interface CarbonSwitch {
    /** Turns carbons on or off for one session; false if there is no such session. */
    boolean carbons(Jid fullJid, boolean enabled);
}
