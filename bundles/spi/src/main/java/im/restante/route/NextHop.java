package im.restante.route;

import im.restante.delivery.Verdict;
import im.restante.stanza.Stanza;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/** Where a stanza goes next. */
public sealed interface NextHop {
    /** It goes no further than this server. */
    enum Local implements NextHop {
        /** To an account, or a name that no account has: its sessions, its spool, what answers for it. */
        ACCOUNT,
        /** To the server itself. */
        SERVER
    }

    /** It goes to somebody who takes it from here: a component, another server. */
    @ConsumerType
    @FunctionalInterface
    non-sealed interface Away extends NextHop {
        /**
         * Takes over a message or an IQ. Must not block. What it throws counts as {@link Verdict.Failed}.
         *
         * @param stanza stamped with its sender
         * @return completes with the final verdict; it is waited for as long as {@code store-timeout-seconds} says. The sender is told what
         *     {@link Verdict#answer} says, so that is empty for an answer to an IQ. To an IQ request that is
         *     {@link Verdict.Delivered} an answer follows by the way by which stanzas come in
         */
        CompletionStage<Verdict> send(Stanza stanza);
    }
}
