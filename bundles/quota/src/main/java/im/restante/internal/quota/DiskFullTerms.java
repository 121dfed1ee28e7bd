package im.restante.internal.quota;

import im.restante.internal.support.Failures;
import im.restante.jid.Jid;
import im.restante.limit.Acquaintances;
import im.restante.limit.DiskSpace;
import im.restante.quota.QuotaExceededStrategy;
import im.restante.quota.Terms;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.store.Admission;
import im.restante.store.Usage;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The terms while the disk of the store is nearly full: nothing is stored, whatever the strategy of the limits is. */
final class DiskFullTerms {
    private static final Terms FOR_ANYBODY =
            terms("the disk is over disk-refuse-percent", "The server has no room for more messages, try again later");

    private static final Terms FOR_STRANGERS = terms(
            "the disk is over disk-warn-percent, and the recipient does not know the sender",
            "The server has no room for more messages from somebody the recipient does not know, try again later");

    private DiskFullTerms() {}

    /**
     * What holds instead of the limits.
     *
     * @param acquaintances null: nobody can tell, and so nobody is a stranger
     * @return empty if the limits hold; null if nothing need be asked, and they do
     */
    static CompletionStage<Optional<Terms>> instead(
            DiskSpace disk, Acquaintances acquaintances, Jid owner, Jid sender) {
        return switch (level(disk)) {
            case ENOUGH -> null;
            case EXHAUSTED -> CompletableFuture.completedFuture(Optional.of(FOR_ANYBODY));
            case SCARCE ->
                acquaintances == null
                        ? null
                        : knows(acquaintances, owner, sender)
                                .handle((known, problem) -> problem == null && known != null && !known
                                        ? Optional.of(FOR_STRANGERS)
                                        : Optional.empty());
        };
    }

    /** One that goes while it is asked is as good as none. */
    private static DiskSpace.Level level(DiskSpace disk) {
        return disk == null
                ? DiskSpace.Level.ENOUGH
                : Failures.orElse(disk::level, DiskSpace.Level.ENOUGH, problem -> {});
    }

    private static CompletionStage<Boolean> knows(Acquaintances acquaintances, Jid owner, Jid sender) {
        return Failures.stage(() -> acquaintances.knows(owner, sender));
    }

    private static Terms terms(String reason, String text) {
        StanzaError told = StanzaError.of(Condition.RESOURCE_CONSTRAINT, text);
        return new Terms(
                Admission.of(0, Admission.OnFull.REFUSE),
                new QuotaExceededStrategy() {
                    @Override
                    public Admission.OnFull onFull() {
                        return Admission.OnFull.REFUSE;
                    }

                    @Override
                    public Optional<StanzaError> exceeded(Message message, Admission admission, Usage usage) {
                        return Optional.of(told);
                    }
                },
                reason);
    }
}
