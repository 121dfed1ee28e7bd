package im.restante.internal.delivery;

import im.restante.store.MessageStore;
import java.util.Dictionary;
import java.util.Hashtable;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

/** A reference to a store: a {@code store.id}, and a ranking that may change. */
final class FakeReference implements ServiceReference<MessageStore> {
    private final String id;
    volatile int ranking;

    FakeReference(String id, int ranking) {
        this.id = id;
        this.ranking = ranking;
    }

    @Override
    public Object getProperty(String key) {
        return key.equals(MessageStore.ID) ? id : null;
    }

    @Override
    public String[] getPropertyKeys() {
        return new String[] {MessageStore.ID};
    }

    @Override
    public Bundle getBundle() {
        return null;
    }

    @Override
    public Bundle[] getUsingBundles() {
        return new Bundle[0];
    }

    @Override
    public boolean isAssignableTo(Bundle bundle, String className) {
        return true;
    }

    @Override
    public int compareTo(Object other) {
        FakeReference that = (FakeReference) other;
        return ranking != that.ranking ? Integer.compare(ranking, that.ranking) : that.id.compareTo(id);
    }

    @Override
    public Dictionary<String, Object> getProperties() {
        return new Hashtable<>();
    }

    @Override
    public <A> A adapt(Class<A> type) {
        return null;
    }
}
