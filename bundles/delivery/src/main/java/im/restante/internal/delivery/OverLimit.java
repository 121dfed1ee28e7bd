package im.restante.internal.delivery;

import im.restante.quota.Terms;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.Admission;
import im.restante.store.Admission.OnFull;
import im.restante.store.Appended;
import im.restante.store.Appended.Full;
import im.restante.store.Appended.Limit;
import im.restante.store.OwnerLimit;
import im.restante.store.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a message meets for which there is no room. */
final class OverLimit {
    /** A store refuses it, and so tells what waits, when everything handed over before is stored. */
    static final Admission FOR_ANYTHING = Admission.of(0, OnFull.REFUSE);

    private OverLimit() {}

    /** What an operator is told. */
    static String reason(Terms terms, Full full) {
        if (terms.reason() != null) {
            return terms.reason();
        }
        OwnerLimit total = terms.admission().total();
        return switch (full.reached()) {
            case PAIR ->
                "limit of " + terms.admission().limit() + " messages from one sender reached: "
                        + full.usage().messages() + " wait";
            case OWNER_MESSAGES ->
                "limit of " + total.messages() + " messages from all senders reached: "
                        + full.total().messages() + " wait";
            case OWNER_BYTES ->
                "limit of " + total.bytes() + " bytes from all senders reached: "
                        + full.total().bytes() + " wait";
        };
    }

    /** For an operator: those that may have cost a message its place. */
    static String limits(Admission admission) {
        List<String> limits = new ArrayList<>();
        if (admission.limit() >= 0) {
            limits.add(admission.limit() + " messages from one sender");
        }
        if (admission.total().messages() >= 0) {
            limits.add(admission.total().messages() + " messages from all");
        }
        if (admission.total().bytes() >= 0) {
            limits.add(admission.total().bytes() + " bytes from all");
        }
        return "limit of " + String.join(", or of ", limits);
    }

    /** What the sender is told; empty: nothing. */
    static Optional<StanzaError> answer(Message message, Terms terms, Full full) {
        return full.reached() == Limit.PAIR
                ? terms.strategy().exceeded(message, terms.admission(), full.usage())
                : terms.strategy().totalExceeded(message, terms.admission(), full);
    }

    /**
     * What a message would meet that was refused on the terms of {@link #FOR_ANYTHING}. Whether messages of the sender would make room
     * in bytes for it is not known, and so it is taken that they would.
     *
     * @param refused what waits
     * @param bytes   of the message
     * @return empty: it would be stored
     */
    static Optional<Full> otherwise(Admission admission, Full refused, long bytes) {
        Limit reached = reached(admission, refused.usage(), refused.total(), bytes);
        if (reached != null && admission.onFull() == OnFull.EVICT_OLDEST && admission.limit() != 0) {
            reached = reached(admission, Usage.of(0), without(refused), bytes);
        }
        return reached == null
                ? Optional.empty()
                : Optional.of(Appended.full(reached, refused.usage(), refused.total()));
    }

    /** What waits for the owner without what the sender has sent. */
    private static Usage without(Full full) {
        if (full.total() == null || full.usage().messages() == 0) {
            return full.total();
        }
        return Usage.of(Math.max(0, full.total().messages() - full.usage().messages()))
                .withBytes(0);
    }

    private static Limit reached(Admission admission, Usage ofPair, Usage total, long bytes) {
        if (admission.limit() >= 0 && ofPair.messages() >= admission.limit()) {
            return Limit.PAIR;
        }
        if (total == null || admission.total().allows(total.messages() + 1, total.bytes() + bytes)) {
            return null;
        }
        return admission.total().allows(total.messages() + 1, 0) ? Limit.OWNER_BYTES : Limit.OWNER_MESSAGES;
    }
}
