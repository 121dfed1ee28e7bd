package im.restante.internal.delivery;

import im.restante.jid.Jid;
import im.restante.session.Spools;
import im.restante.stanza.Message;
import im.restante.store.StoredMessage;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentServiceObjects;

/** Sessions that wait to be told of stores that come. */
record FakeSpools(Runnable told) implements Spools {
    ComponentServiceObjects<Spools> service() {
        return new ComponentServiceObjects<>() {
            @Override
            public Spools getService() {
                return FakeSpools.this;
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
    public boolean isOnItsWay(Jid owner, long id) {
        return false;
    }

    @Override
    public CompletionStage<Optional<StoredMessage>> notice(Message message) {
        return CompletableFuture.completedFuture(Optional.empty());
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
