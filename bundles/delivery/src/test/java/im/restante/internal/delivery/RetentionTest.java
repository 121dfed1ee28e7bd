package im.restante.internal.delivery;

import static im.restante.internal.delivery.Fixture.JULIET;
import static im.restante.internal.delivery.Fixture.NOW;
import static im.restante.internal.delivery.Fixture.ROMEO;
import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.jid.Jid;
import im.restante.session.ClientLink;
import im.restante.session.ClientSession;
import im.restante.session.SessionInfo;
import im.restante.session.SessionManager;
import im.restante.store.Admission;
import im.restante.store.MessageKind;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class RetentionTest {
    private final MemoryStore store = new MemoryStore();
    private final List<SessionInfo> connected = new ArrayList<>();
    private final Retention retention = new Retention(Clock.fixed(NOW, ZoneOffset.UTC), Runnable::run);
    private final SessionManager sessions = new SessionManager() {
        @Override
        public CompletionStage<ClientSession> bind(Jid account, String resource, ClientLink link) {
            throw new UnsupportedOperationException("nobody logs in here");
        }

        @Override
        public List<SessionInfo> sessions() {
            return List.copyOf(connected);
        }
    };

    RetentionTest() {
        retention.bindStore(new FakeReference("memory", 0), store);
        retention.bindSessions(sessions);
    }

    @Test
    void removesWhatIsPastItsEndAndNothingElse() {
        put(1, ROMEO, NOW.minusSeconds(1));
        put(2, ROMEO, NOW);
        put(3, ROMEO, NOW.plusSeconds(1));
        put(4, ROMEO, null);
        put(5, JULIET, NOW.minusSeconds(9));
        retention.pass();
        assertEquals(List.of(3L, 4L), store.ids());
    }

    @Test
    void tellsTheWitnessWhatItRemoved() {
        Witnessed witnessed = new Witnessed();
        retention.bindWitness(witnessed);
        put(1, ROMEO, NOW);
        put(2, ROMEO, NOW.plusSeconds(1));
        retention.pass();
        assertEquals(List.of(ROMEO + " from " + JULIET + " [1] EXPIRED"), witnessed.lines);
    }

    @Test
    void sparesOwnersWithASessionUntilItHasEnded() {
        long id = 0;
        while (id < 3 * Retention.CHUNK) { // they come first, and must not hide the others
            put(++id, ROMEO, NOW.minusSeconds(100));
        }
        put(++id, JULIET, NOW);
        connected.add(new SessionInfo(ROMEO.withResource("orchard"), false, 0, NOW, null, true, "AWAY"));
        retention.pass();
        assertEquals(3 * Retention.CHUNK, store.ids().size());
        connected.clear();
        retention.pass();
        assertEquals(List.of(), store.ids());
    }

    @Test
    void goesInChunksThroughAnyNumber() {
        for (long id = 1; id <= 10 * Retention.CHUNK + 7; id++) {
            put(id, id % 2 == 0 ? ROMEO : JULIET, NOW);
        }
        retention.pass();
        assertEquals(List.of(), store.ids());
    }

    @Test
    void goesOnAfterAFailureAndLooksIntoTheOtherStores() {
        MemoryStore broken = new MemoryStore();
        broken.failure = new StoreException("disk full");
        retention.bindStore(new FakeReference("broken", 10), broken);
        put(1, ROMEO, NOW);
        retention.pass();
        assertEquals(List.of(), store.ids());
        broken.failure = null;
        broken.append(row(2, ROMEO, NOW), Admission.UNLIMITED);
        retention.pass();
        assertEquals(List.of(), broken.ids());
    }

    @Test
    void removesNothingWhileNobodyCanSayWhoHasASession() {
        put(1, ROMEO, NOW);
        retention.unbindSessions(sessions);
        retention.pass();
        assertEquals(List.of(1L), store.ids());
    }

    @Test
    void startsNoSecondPassWhileOneIsRunning() {
        CompletableFuture<Void> removing = new CompletableFuture<>();
        store.beforeRemove = removing;
        put(1, ROMEO, NOW);
        retention.pass();
        store.beforeRemove = CompletableFuture.completedFuture(null);
        retention.pass();
        assertEquals(List.of(1L), store.ids());
        removing.complete(null);
        put(2, ROMEO, NOW);
        retention.pass();
        assertEquals(List.of(), store.ids());
    }

    private void put(long id, Jid owner, Instant end) {
        store.append(row(id, owner, end), Admission.UNLIMITED);
    }

    private static StoredMessage row(long id, Jid owner, Instant end) {
        return new StoredMessage(id, owner, JULIET, NOW.minusSeconds(1000), end, MessageKind.OFFLINE, new byte[] {1});
    }
}
