package im.restante.itests.contract;

import static im.restante.itests.contract.Stages.await;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Admission.OnFull;
import im.restante.store.Appended;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.MessageStore;
import im.restante.store.OwnerLimit;
import im.restante.store.Usage;

/** What stores have counted for owners. */
public final class Totals {
    private static final Admission NOTHING = Admission.of(-1, OnFull.REFUSE).withTotal(new OwnerLimit(0, -1));
    private static final long OF_NO_MESSAGE = 999_999_999;

    private Totals() {}

    /** Messages and bytes, as {@code store} says when it refuses one more. */
    public static Usage of(MessageStore store, Jid owner) {
        Appended answer = await(store.append(
                StoreTests.message(OF_NO_MESSAGE, owner, StoreTests.NURSE),
                NOTHING,
                Fence.HERE,
                Claim.NEVER_WITHDRAWN));
        return assertInstanceOf(Appended.Full.class, answer).total();
    }
}
