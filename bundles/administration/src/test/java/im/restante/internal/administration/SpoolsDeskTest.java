package im.restante.internal.administration;

import static im.restante.internal.administration.Fakes.JULIET;
import static im.restante.internal.administration.Fakes.ROMEO;
import static im.restante.internal.administration.Fakes.done;
import static im.restante.internal.administration.Fakes.get;
import static im.restante.internal.administration.Fakes.refusal;
import static im.restante.itests.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import im.restante.admin.AdministrationException;
import im.restante.admin.Purge;
import im.restante.admin.PurgeRequest;
import im.restante.admin.SpoolDetails;
import im.restante.internal.support.ThreadWorkers;
import im.restante.jid.Jid;
import im.restante.spool.SpoolPurge;
import im.restante.store.MessageStore;
import im.restante.store.SenderUsage;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SpoolsDeskTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final Jid NURSE = Jid.of("nurse@example.org");

    private final Questions questions =
            new Questions(new ThreadWorkers("administration"), AdministrationException.DEADLINE);
    private final List<PresentStores.Named> stores = new ArrayList<>();

    private SpoolsDesk desk(SpoolPurge spool) {
        SpoolsDesk desk = new SpoolsDesk(questions, new PresentStores(stores));
        desk.spools = spool;
        desk.server = Fakes.server();
        return desk;
    }

    @AfterEach
    void close() {
        questions.close();
    }

    private void store(String id, Usage usage, SenderUsage... senders) {
        stores.add(new PresentStores.Named(id, 0, Fakes.fake(MessageStore.class, (name, args) -> switch (name) {
            case "usage" -> done(usage);
            case "senders" -> done(List.of(senders).subList(0, Math.min((int) args[1], senders.length)));
            default -> throw new UnsupportedOperationException(name);
        })));
    }

    @Test
    void tellsTheFiguresOfAllStoresAndOfEach() {
        store(
                "sqlite",
                Usage.of(3).withBytes(300).withOldest(NOON),
                SenderUsage.of(JULIET, 2),
                SenderUsage.of(NURSE, 1));
        store("old", Usage.of(1).withBytes(50).withOldest(NOON.minusSeconds(60)), SenderUsage.of(NURSE, 1));
        store("empty", Usage.of(0).withBytes(0));
        SpoolDetails spool = get(desk(null).spool(ROMEO, 1));
        assertEquals(ROMEO, spool.owner());
        assertEquals(4, spool.messages());
        assertEquals(OptionalLong.of(350), spool.bytes());
        assertEquals(Optional.of(NOON.minusSeconds(60)), spool.oldest());
        assertEquals(
                List.of("sqlite", "old", "empty"),
                spool.stores().stream().map(one -> one.store()).toList());
        assertEquals(List.of(SenderUsage.of(JULIET, 2)), spool.stores().get(0).senders());
        assertEquals(List.of(), get(desk(null).spool(ROMEO, 0)).stores().get(0).senders());
    }

    @Test
    void whatAStoreDoesNotKnowIsNotMadeUp() {
        store("sqlite", Usage.of(3).withBytes(300).withOldest(NOON));
        store("odd", Usage.of(1));
        SpoolDetails spool = get(desk(null).spool(ROMEO, 1));
        assertEquals(4, spool.messages());
        assertEquals(OptionalLong.empty(), spool.bytes());
        assertEquals(Optional.empty(), spool.oldest());
    }

    @Test
    void refusesNonsenseAndSaysWhatIsMissing() {
        assertEquals(
                "UNAVAILABLE no message store is present", refusal(desk(null).spool(ROMEO, 1)));
        assertEquals(
                "INVALID the number of senders must be a number from 0 to 1000, got -1",
                refusal(desk(null).spool(ROMEO, -1)));
        assertEquals(
                "UNAVAILABLE waiting messages are not available: is its bundle running?",
                refusal(desk(null).purge(PurgeRequest.of(ROMEO, "me")).end()));
        assertEquals(
                "INVALID this server has the domain example.org, and no mail of example.net",
                refusal(desk(new Spool())
                        .purge(PurgeRequest.of(Jid.of("romeo@example.net"), "me"))
                        .end()));
        for (String by : new String[] {"", " ", "x".repeat(257)}) {
            assertThrows(IllegalArgumentException.class, () -> PurgeRequest.of(ROMEO, by));
        }
        assertThrows(IllegalArgumentException.class, () -> PurgeRequest.of(ROMEO.withResource("x"), "me"));
    }

    /** One message a step, each of which a test lets go on. */
    private static final class Spool implements SpoolPurge {
        final List<StoredMessage> rows = new ArrayList<>();
        final List<CompletableFuture<Void>> steps = new ArrayList<>();
        boolean open = true;

        Spool with(long id, Jid sender, Instant received) {
            rows.add(StoredMessage.of(id, ROMEO, sender, received, new byte[0]));
            return this;
        }

        @Override
        public CompletionStage<Long> waitingUpTo(Jid owner) {
            return done(100L);
        }

        @Override
        public synchronized CompletionStage<Step> step(
                Jid owner, long after, long upTo, Predicate<StoredMessage> wanted, String by) {
            CompletableFuture<Void> gate = new CompletableFuture<>();
            if (open) {
                gate.complete(null);
            }
            steps.add(gate);
            return gate.thenApply(go -> rows.stream()
                    .filter(row -> row.id() > after)
                    .findFirst()
                    .map(row -> new Step(row.id(), false, wanted.test(row) ? 1 : 0, row.id() == 3 ? 1 : 0))
                    .orElse(new Step(upTo, true, 0, 0)));
        }

        synchronized CompletableFuture<Void> step(int number) {
            return steps.size() > number ? steps.get(number) : null;
        }
    }

    @Test
    void countsWhatIsRemovedAndTellsWhatIsWanted() {
        Spool spool = new Spool()
                .with(1, JULIET, NOON)
                .with(2, NURSE, NOON)
                .with(3, JULIET, NOON.plusSeconds(1))
                .with(4, JULIET, NOON.minusSeconds(1));
        assertEquals(4, removed(spool, PurgeRequest.of(ROMEO, "me")));
        assertEquals(3, removed(spool, PurgeRequest.of(ROMEO, "me").from(JULIET.withResource("balcony"))));
        assertEquals(1, removed(spool, PurgeRequest.of(ROMEO, "me").receivedBefore(NOON)));
        assertEquals(1, removed(spool, PurgeRequest.of(ROMEO, "me").from(NURSE).receivedBefore(NOON.plusSeconds(1))));
    }

    private long removed(Spool spool, PurgeRequest request) {
        Purge purge = desk(spool).purge(request);
        get(purge.end());
        assertEquals(1, purge.left());
        assertEquals(request, purge.request());
        return purge.removed();
    }

    @Test
    void tellsHowFarItIsAndStopsWhenAsked() throws Exception {
        Spool spool = new Spool().with(1, JULIET, NOON).with(2, JULIET, NOON);
        spool.open = false;
        Purge purge = desk(spool).purge(PurgeRequest.of(ROMEO, "me").from(JULIET));
        assertEquals("mail of romeo@example.org from juliet@example.org", purge.title());
        go(spool, 0);
        eventually(() -> spool.step(1) != null);
        assertEquals("removed 1 message", purge.progress());
        assertFalse(purge.end().toCompletableFuture().isDone());
        purge.stop();
        go(spool, 1);
        assertEquals("UNAVAILABLE stopped after 2 messages; start it again for the rest", refusal(purge.end()));
        assertEquals(List.of("removed 2 messages"), purge.report());
    }

    @Test
    void nobodyWaitsForeverWhenTheBundleStops() throws Exception {
        Spool spool = new Spool().with(1, JULIET, NOON);
        spool.open = false;
        SpoolsDesk desk = desk(spool);
        Purge purge = desk.purge(PurgeRequest.of(ROMEO, "me"));
        eventually(() -> spool.step(0) != null);
        desk.deactivate();
        assertEquals(
                "UNAVAILABLE the administration bundle has stopped; start it again for the rest", refusal(purge.end()));
        assertEquals(
                "UNAVAILABLE the administration bundle has stopped; start it again for the rest",
                refusal(desk.purge(PurgeRequest.of(ROMEO, "me")).end()));
    }

    /** The spool of before fails in the middle; another one has come by then. */
    @Test
    void aFailureBreaksItOffWithItsReason() {
        Spool spool = new Spool().with(1, JULIET, NOON).with(2, JULIET, NOON);
        SpoolPurge failing = Fakes.fake(
                SpoolPurge.class,
                (name, args) -> name.equals("waitingUpTo")
                        ? done(100L)
                        : (long) args[1] == 0
                                ? spool.step((Jid) args[0], 0, 100, row -> true, "me")
                                : CompletableFuture.failedFuture(new StoreException("no connection")));
        Purge purge = desk(failing).purge(PurgeRequest.of(ROMEO, "me"));
        assertEquals("UNAVAILABLE no connection", refusal(purge.end()));
        assertEquals(1, purge.removed());
    }

    private static void go(Spool spool, int step) {
        eventually(() -> spool.step(step) != null);
        spool.step(step).complete(null);
    }
}
