package im.restante.itests.osgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.delivery.Delivery;
import im.restante.itests.support.MemoryStore;
import im.restante.jid.Jid;
import im.restante.migration.Job;
import im.restante.migration.Migration;
import im.restante.store.Appended;
import im.restante.store.MessageKind;
import im.restante.store.MessageStore;
import im.restante.store.StoredMessage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.junit5.context.BundleContextExtension;

/** Messages are carried from a store to another by a bundle that is not the one that delivers them. */
@ExtendWith(BundleContextExtension.class)
class MigrationTest {
    private static final Jid MOVER = Jid.of("mover@localhost");
    private static final Jid NURSE = Jid.of("nurse@localhost");

    @InjectBundleContext
    BundleContext context;

    private final MemoryStore old = new MemoryStore();
    private final MemoryStore young = new MemoryStore();
    private final List<ServiceRegistration<MessageStore>> stores = new ArrayList<>();
    private Server server;

    @BeforeEach
    void aServerWithTwoMoreStores() throws Exception {
        server = new Server(context);
        server.port();
        for (Map.Entry<String, MemoryStore> store :
                Map.of("old", old, "young", young).entrySet()) {
            Dictionary<String, Object> properties =
                    new Hashtable<>(Map.of(MessageStore.ID, store.getKey(), "service.ranking", -100));
            stores.add(context.registerService(MessageStore.class, store.getValue(), properties));
        }
    }

    @AfterEach
    void itsOwnStoresAlone() {
        stores.forEach(ServiceRegistration::unregister);
    }

    private static StoredMessage row(long id, Jid owner) {
        byte[] stanza = ("<message id='" + id + "'/>").getBytes(StandardCharsets.UTF_8);
        return new StoredMessage(id, owner, NURSE, Instant.EPOCH, null, MessageKind.OFFLINE, stanza);
    }

    private Migration migration() throws Exception {
        Server.until("messages can be moved", () -> reference() != null);
        return context.getService(reference());
    }

    private ServiceReference<Migration> reference() throws Exception {
        return context
                .getServiceReferences(Migration.class, "(" + Migration.WHAT + "=" + Migration.MESSAGES + ")")
                .stream()
                .findFirst()
                .orElse(null);
    }

    /** Some messages in the older store, which the delivery reads by now. */
    private void waiting(int messages) throws Exception {
        for (long id = 1; id <= messages; id++) {
            old.rows.add(row(id, MOVER));
        }
        Delivery delivery = server.service(Delivery.class);
        Server.until("the store is read", () -> get(delivery.count(MOVER)) == messages);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    /** Appends to the younger store wait here. */
    private CountDownLatch hold(CompletableFuture<Void> release) {
        CountDownLatch asked = new CountDownLatch(1);
        young.onAppend = row -> {
            asked.countDown();
            return release.thenCompose(go -> {
                synchronized (young) {
                    young.rows.add(row);
                }
                return CompletableFuture.completedFuture(new Appended.Stored(List.of()));
            });
        };
        return asked;
    }

    @Test
    void whatIsProvedWhileItIsCarriedDoesNotComeBack() throws Exception {
        Delivery delivery = server.service(Delivery.class);
        waiting(2);
        CompletableFuture<Void> release = new CompletableFuture<>();
        CountDownLatch carried = hold(release);
        Job move = migration().start("old", "young");
        assertTrue(carried.await(60, TimeUnit.SECONDS));
        CompletableFuture<Void> removed = delivery.remove(MOVER, List.of(1L)).toCompletableFuture();
        CompletableFuture<List<StoredMessage>> page =
                delivery.page(MOVER, 0, 10, 10_000).toCompletableFuture();
        get(delivery.remove(NURSE, List.of(1L))); // others pass
        assertFalse(removed.isDone(), "not while it is carried");
        assertFalse(page.isDone(), "half a move is nothing to read");
        release.complete(null);
        get(removed);
        get(page);
        get(move.end());
        assertEquals(List.of(), old.ids());
        assertEquals(List.of(2L), young.ids());
    }

    @Test
    void aMoveWaitsForARemovalThatIsUnderWay() throws Exception {
        waiting(1);
        old.beforeRemove = new CompletableFuture<>();
        server.service(Delivery.class).remove(MOVER, List.of(1L));
        Server.until("the removal is under way", () -> old.removals.get() > 0);
        Job move = migration().start("old", "young");
        Server.until("it has begun", () -> !move.progress().startsWith("0 of 0"));
        assertEquals(List.of(), young.ids(), "it would be back");
        old.beforeRemove.complete(null);
        get(move.end());
        assertEquals(List.of(), old.ids());
        assertEquals(List.of(), young.ids());
    }

    @Test
    void aMoveBreaksOffWhenABundleThatItNeedsIsReplacedAndTheNextOneFinishes() throws Exception {
        for (String name : List.of("im.restante.migration", "im.restante.delivery")) {
            waiting(1);
            CompletableFuture<Void> release = new CompletableFuture<>();
            CountDownLatch carried = hold(release);
            Job move = migration().start("old", "young");
            assertTrue(carried.await(60, TimeUnit.SECONDS));
            Bundle bundle = Stream.of(context.getBundles())
                    .filter(one -> name.equals(one.getSymbolicName()))
                    .findFirst()
                    .orElseThrow();
            CompletableFuture<Void> restarted = CompletableFuture.runAsync(() -> {
                try {
                    bundle.stop();
                    bundle.start();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            Server.until("nobody is asked for a move", () -> reference() == null);
            release.complete(null);
            restarted.get(60, TimeUnit.SECONDS);
            Server.until(
                    "the move has ended", () -> move.end().toCompletableFuture().isDone());
            young.onAppend = row -> null;
            get(migration().start("old", "young").end());
            assertEquals(List.of(), old.ids(), name);
            assertEquals(List.of(1L), young.ids(), name);
            young.rows.clear();
        }
    }
}
