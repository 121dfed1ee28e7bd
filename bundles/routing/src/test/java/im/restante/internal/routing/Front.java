package im.restante.internal.routing;

import im.restante.internal.routing.Server.Client;
import im.restante.internal.support.ThreadWorkers;
import im.restante.internal.support.Workers;
import im.restante.jid.Jid;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Routing alone: behind it spools that do what the test says. */
final class Front implements AutoCloseable {
    final Registry registry = new Registry();
    final Server.FakeRoster roster = new Server.FakeRoster();
    final FakeDelivery delivery = new FakeDelivery();
    final FakeSpools spools = new FakeSpools();
    final Told told = new Told();
    final Set<Jid> existing = ConcurrentHashMap.newKeySet();
    final DefaultSessionManager host;
    final ServerStanzaSender sender;

    Front() {
        this(Map.of());
    }

    Front(Map<String, String> properties) {
        this(properties, new ThreadWorkers("routing"), Clock.systemUTC(), System::nanoTime);
    }

    /** In the time of the model. */
    Front(Map<String, String> properties, ModelWorkers workers) {
        this(properties, workers, workers.clock(), () -> workers.now() * 1_000_000);
    }

    private Front(Map<String, String> properties, Workers workers, Clock clock, LongSupplier nanoTime) {
        existing.addAll(List.of(Server.ROMEO, Server.JULIET));
        sender = Server.sender(nanoTime);
        host = new DefaultSessionManager(
                Server.DOMAIN,
                Server.CODEC,
                Server.accounts(existing),
                roster,
                spools,
                registry,
                sender,
                clock,
                nanoTime,
                workers,
                RoutingSettings.of(Server.patient(properties)));
        host.setDelivery(delivery);
        host.addMessageListener(told);
        host.activate();
    }

    Client connect(Jid account, String resource) {
        FakeLink link = new FakeLink();
        return new Client(Server.get(host.bind(account, resource, link)), link);
    }

    @Override
    public void close() {
        host.deactivate();
        sender.deactivate();
    }
}
