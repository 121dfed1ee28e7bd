package im.restante.itests.support;

import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/** A reference to a service that is in no framework, ordered as a framework orders them: by ranking, and then the older is the better. */
public final class FakeReference<S> implements ServiceReference<S> {
    private final long id;
    private final Map<String, Object> properties;
    private volatile int ranking;

    /** @param id the service's; the lower it is, the older the service */
    public FakeReference(long id, int ranking, Map<String, Object> properties) {
        this.id = id;
        this.ranking = ranking;
        this.properties = Map.copyOf(properties);
    }

    public FakeReference(long id, int ranking) {
        this(id, ranking, Map.of());
    }

    /** As a service whose properties are changed while it is registered. */
    public void ranking(int other) {
        ranking = other;
    }

    @Override
    public Object getProperty(String key) {
        return switch (key) {
            case Constants.SERVICE_ID -> id;
            case Constants.SERVICE_RANKING -> ranking;
            default -> properties.get(key);
        };
    }

    @Override
    public String[] getPropertyKeys() {
        return asTable().keySet().toArray(String[]::new);
    }

    @Override
    public Dictionary<String, Object> getProperties() {
        return asTable();
    }

    private Hashtable<String, Object> asTable() {
        Hashtable<String, Object> all = new Hashtable<>(properties);
        all.put(Constants.SERVICE_ID, id);
        all.put(Constants.SERVICE_RANKING, ranking);
        return all;
    }

    @Override
    public int compareTo(Object other) {
        FakeReference<?> that = (FakeReference<?>) other;
        return ranking != that.ranking ? Integer.compare(ranking, that.ranking) : Long.compare(that.id, id);
    }

    @Override
    public Bundle getBundle() {
        return null;
    }

    @Override
    public Bundle[] getUsingBundles() {
        return null;
    }

    @Override
    public boolean isAssignableTo(Bundle bundle, String className) {
        return true;
    }

    @Override
    public <A> A adapt(Class<A> type) {
        return null;
    }
}
