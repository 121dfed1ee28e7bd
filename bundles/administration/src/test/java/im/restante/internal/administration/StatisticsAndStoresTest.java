package im.restante.internal.administration;

import static im.restante.internal.administration.Fakes.JULIET;
import static im.restante.internal.administration.Fakes.ROMEO;
import static im.restante.internal.administration.Fakes.STARTED;
import static im.restante.internal.administration.Fakes.done;
import static im.restante.internal.administration.Fakes.get;
import static im.restante.internal.administration.Fakes.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.admin.AdministrationException;
import im.restante.admin.ServerFigures;
import im.restante.admin.SessionDetails;
import im.restante.admin.StoreFigures;
import im.restante.internal.support.ThreadWorkers;
import im.restante.jid.Jid;
import im.restante.session.SessionInfo;
import im.restante.session.SessionManager;
import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import im.restante.store.StoreStatistics;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.ServiceReference;

class StatisticsAndStoresTest {
    private final Questions questions =
            new Questions(new ThreadWorkers("administration"), AdministrationException.DEADLINE);
    private final PresentStores stores = new PresentStores();
    private final CollectedStatistics desk =
            new CollectedStatistics(questions, stores, Clock.fixed(STARTED.plusSeconds(90), ZoneOffset.UTC));

    @AfterEach
    void close() {
        questions.close();
    }

    private static MessageStore store(CompletionStage<StoreStatistics> answer) {
        return Fakes.fake(MessageStore.class, (name, args) -> answer);
    }

    /** As the framework orders them: the highest ranking is the greatest. */
    private static ServiceReference<MessageStore> reference(Map<String, Object> properties) {
        @SuppressWarnings("unchecked")
        ServiceReference<MessageStore> fake = Fakes.fake(ServiceReference.class, (name, args) -> switch (name) {
            case "getProperty" -> properties.get(args[0]);
            case "compareTo" ->
                Integer.compare(ranking(properties::get), ranking(((ServiceReference<?>) args[0])::getProperty));
            case "hashCode" -> System.identityHashCode(properties);
            case "equals" ->
                args[0] instanceof ServiceReference<?> other && other.getProperty("self") == properties.get("self");
            default -> throw new UnsupportedOperationException(name);
        });
        return fake;
    }

    private static int ranking(Function<String, Object> properties) {
        return (int) properties.apply("service.ranking");
    }

    private static SessionInfo session(Jid jid, boolean available, SessionInfo.State state) {
        return new SessionInfo(jid, available, 0, STARTED, "127.0.0.1:5", true, false, 0, state);
    }

    @Test
    void storesStandInTheOrderOfTheirRankingWhichMayChange() {
        Map<String, Object> changing = new HashMap<>(Map.of("store.id", "b", "service.ranking", 5, "self", 2));
        MessageStore one = store(done(null));
        ServiceReference<MessageStore> a = reference(Map.of("store.id", "a", "service.ranking", 1, "self", 1));
        ServiceReference<MessageStore> b = reference(changing);
        stores.bindStore(a, one);
        stores.bindStore(b, one);
        assertEquals(
                List.of("b", "a"), stores.inOrder().stream().map(s -> s.id()).toList());
        changing.put("service.ranking", -5);
        stores.updatedStore(b);
        assertEquals(
                List.of("a", "b"), stores.inOrder().stream().map(s -> s.id()).toList());
        assertEquals(-5, stores.inOrder().get(1).ranking());
        stores.unbindStore(a);
        assertEquals(List.of("b"), stores.inOrder().stream().map(s -> s.id()).toList());
    }

    @Test
    void figuresAreThoseOfTheMoment() {
        stores.bindStore(
                reference(Map.of("store.id", "sqlite", "service.ranking", 1, "self", 1)),
                store(done(StoreStatistics.of(10, 5).withOwners(2).withBytes(1_000))));
        stores.bindStore(
                reference(Map.of("store.id", "old", "service.ranking", 0, "self", 2)),
                store(done(StoreStatistics.of(1, 5).withOwners(1).withBytes(10))));
        desk.server = Fakes.server();
        desk.chosen = () -> "sqlite";
        desk.manager = Fakes.fake(
                SessionManager.class,
                (name, args) -> List.of(
                        session(ROMEO.withResource("a"), true, SessionDetails.State.LIVE),
                        session(ROMEO.withResource("b"), true, SessionDetails.State.SUSPENDED),
                        session(JULIET.withResource("c"), false, SessionDetails.State.AWAY)));
        ServerFigures now = get(desk.figures());
        assertEquals(Jid.of("example.org"), now.domain());
        assertEquals(Duration.ofSeconds(90), now.uptime());
        assertEquals(3, now.sessions());
        assertEquals(2, now.available());
        assertEquals(1, now.suspended());
        assertEquals(2, now.connectedAccounts());
        assertEquals(OptionalLong.of(11), now.messages());
        assertEquals(OptionalLong.of(1_010), now.bytes());
        assertTrue(now.stores().get(0).isChosen());
        assertFalse(now.stores().get(1).isChosen());
    }

    @Test
    void aStoreThatDoesNotAnswerHidesNoOther() {
        stores.bindStore(
                reference(Map.of("store.id", "good", "service.ranking", 1, "self", 1)),
                store(done(StoreStatistics.of(10, 5).withOwners(2))));
        stores.bindStore(
                reference(Map.of("store.id", "broken", "service.ranking", 0, "self", 2)),
                store(CompletableFuture.failedFuture(new StoreException("no connection"))));
        stores.bindStore(
                reference(Map.of("store.id", "silent", "service.ranking", -1, "self", 3)),
                store(new CompletableFuture<>()));
        List<StoreFigures> all = get(desk.stores());
        assertEquals(
                List.of(
                        Optional.empty(),
                        Optional.of("no connection"),
                        Optional.of("no answer within 5 seconds; the log may say why")),
                all.stream().map(StoreFigures::problem).toList());
        desk.server = Fakes.server();
        desk.manager = Fakes.fake(SessionManager.class, (name, args) -> List.of());
        ServerFigures now = get(desk.figures());
        assertEquals(OptionalLong.empty(), now.messages());
        assertEquals(OptionalLong.empty(), now.bytes());
    }

    @Test
    void saysWhatIsMissing() {
        assertEquals("UNAVAILABLE the server is not ready: is the bundle c2s running?", refusal(desk.figures()));
        desk.server = Fakes.server();
        assertEquals("UNAVAILABLE sessions are not available: is its bundle running?", refusal(desk.figures()));
        assertEquals(List.of(), get(desk.stores()));
    }
}
