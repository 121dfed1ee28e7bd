package im.restante.internal.quota;

import im.restante.quota.QuotaExceededStrategy;
import java.util.Dictionary;
import java.util.Hashtable;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/** A reference to a strategy: an id, a name, and a ranking that may change. */
final class FakeReference implements ServiceReference<QuotaExceededStrategy> {
    private final long id;
    private final String name;
    volatile int ranking;

    FakeReference(long id, String name, int ranking) {
        this.name = name;
        this.id = id;
        this.ranking = ranking;
    }

    @Override
    public Object getProperty(String key) {
        return switch (key) {
            case Constants.SERVICE_ID -> id;
            case Constants.SERVICE_RANKING -> ranking;
            case QuotaExceededStrategy.NAME -> name;
            default -> null;
        };
    }

    @Override
    public String[] getPropertyKeys() {
        return new String[] {Constants.SERVICE_ID, Constants.SERVICE_RANKING};
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
        return ranking != that.ranking ? Integer.compare(ranking, that.ranking) : Long.compare(that.id, id);
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
