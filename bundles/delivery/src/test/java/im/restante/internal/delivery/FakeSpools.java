package im.restante.internal.delivery;

import im.restante.jid.Jid;
import im.restante.session.Spools;
import im.restante.stanza.Message;
import im.restante.store.StoredMessage;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentServiceObjects;

/** Sessions that wait to be told of stores that come. */
record FakeSpools(Runnable told) implements Spools {
    ComponentServiceObjects<Spools> service() {
        return service(this);
    }

    /** As service component runtime hands it over. */
    static ComponentServiceObjects<Spools> service(Spools present) {
        return new ComponentServiceObjects<>() {
            @Override
            public Spools getService() {
                return present;
            }

            @Override
            public void ungetService(Spools spools) {
                // It stays.
            }

            @Override
            public ServiceReference<Spools> getServiceReference() {
                return null;
            }
        };
    }

    @Override
    public CompletionStage<Set<Long>> onTheirWay(Jid owner, Collection<Long> ids) {
        return CompletableFuture.completedFuture(Set.of());
    }

    @Override
    public CompletionStage<Optional<StoredMessage>> notice(Message message) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public CompletionStage<Boolean> hasAccount(Jid owner) {
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public void arrived(Jid owner) {
        throw new AssertionError("nothing was stored by others");
    }

    @Override
    public void arrived() {
        told.run();
    }
}
