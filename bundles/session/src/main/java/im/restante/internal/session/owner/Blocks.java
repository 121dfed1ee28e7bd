package im.restante.internal.session.owner;

import im.restante.jid.Jid;

/** Whom an owner who has a session blocks (XEP-0191). Answers at once; safe for concurrent use. */
public interface Blocks {
    boolean blocksAnybody(Jid owner);

    boolean blocks(Jid owner, Jid sender);
}
