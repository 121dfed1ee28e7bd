package im.restante.internal.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.limit.Acquaintances;
import im.restante.limit.DiskSpace;
import im.restante.quota.Terms;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.Admission;
import im.restante.store.StoreException;
import im.restante.store.Usage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds while the disk is nearly full. */
class DiskFullTermsTest {
    private static final Jid ROMEO = Jid.of("romeo@example.org");
    private static final Jid JULIET = Jid.of("juliet@example.org");
    private static final Jid STRANGER = Jid.of("paris@example.org");
    private static final Message MESSAGE = Message.of(Element.of(Namespaces.CLIENT, "message"));

    private volatile DiskSpace.Level level = DiskSpace.Level.ENOUGH;
    private final DiskSpace disk = () -> level;
    private final Acquaintances roster =
            (owner, other) -> CompletableFuture.completedFuture(owner.equals(ROMEO) && other.equals(JULIET));
    private final ConfiguredQuota quota =
            new ConfiguredQuota(Map.of("store-limit", "7"), System::nanoTime, ConfiguredQuota.LOOKUP_TIMEOUT);

    @BeforeEach
    void there() {
        quota.disk = disk;
        quota.acquaintances = roster;
    }

    private Terms terms(Jid sender) {
        return quota.terms(ROMEO, sender).toCompletableFuture().join();
    }

    private void assertLimited(Jid sender) {
        assertEquals(7, terms(sender).admission().limit());
    }

    private void assertRefused(Jid sender, String text) {
        Terms terms = terms(sender);
        assertEquals(Admission.of(0, Admission.OnFull.REFUSE), terms.admission());
        assertNotNull(terms.reason());
        StanzaError told = terms.strategy()
                .exceeded(MESSAGE, terms.admission(), Usage.of(0).withBytes(0))
                .orElseThrow();
        assertEquals(StanzaError.Condition.RESOURCE_CONSTRAINT, told.condition());
        assertEquals(StanzaError.Type.WAIT, told.type());
        assertTrue(told.text().contains(text), told.text());
    }

    @Test
    void withEnoughRoomTheLimitsHold() {
        assertLimited(JULIET);
        assertLimited(STRANGER);
    }

    @Test
    void withLittleRoomStrangersAreRefused() {
        level = DiskSpace.Level.SCARCE;
        assertLimited(JULIET);
        assertRefused(STRANGER, "somebody the recipient does not know");
    }

    @Test
    void withNoRoomEverybodyIs() {
        level = DiskSpace.Level.EXHAUSTED;
        assertRefused(JULIET, "no room for more messages");
        assertRefused(STRANGER, "no room for more messages");
        level = DiskSpace.Level.ENOUGH;
        assertLimited(JULIET);
    }

    @Test
    void whereNobodyCanTellNobodyIsAStranger() {
        level = DiskSpace.Level.SCARCE;
        quota.acquaintances = null;
        assertLimited(STRANGER);
        quota.acquaintances = (owner, other) -> CompletableFuture.failedFuture(new StoreException("broken on purpose"));
        assertLimited(STRANGER);
    }

    @Test
    void withoutAWatchTheLimitsHold() {
        level = DiskSpace.Level.EXHAUSTED;
        quota.disk = null;
        assertLimited(STRANGER);
    }
}
