package im.restante.itests.client;

import java.time.Duration;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** A server in an OSGi container, as a test inside it sees it. */
public interface Container {
    String DOMAIN = "localhost";
    String PASSWORD = "wherefore";

    /** A new session of a user whose password is {@link #PASSWORD}. */
    PlainClient login(String user) throws Exception;

    /** What the file of that PID says from now on. */
    void configure(String pid, Map<String, String> values) throws Exception;

    /**
     * What a test sets for that PID, and unless it sets that too, more patience with messages than the default: none
     * may be refused because the machine stood still for some seconds while something was replaced.
     */
    static Hashtable<String, String> patient(String pid, Map<String, String> values) {
        Hashtable<String, String> all = new Hashtable<>();
        if (pid.equals("im.restante.offline")) {
            all.put("swap-timeout-seconds", "20"); // less than a client waits for its mail
            all.put("store-timeout-seconds", "30");
        }
        all.putAll(values);
        return all;
    }

    /** A service, waited for. */
    <T> T service(Class<T> type) throws Exception;

    /** A service, waited for within {@code patience}: also if the one that was there goes while it is asked for. */
    static <T> T service(BundleContext context, Class<T> type, Duration patience) throws Exception {
        AtomicReference<T> found = new AtomicReference<>();
        until(type.getName() + " is there", patience, () -> {
            ServiceReference<T> reference = context.getServiceReference(type);
            found.set(reference == null ? null : context.getService(reference));
            return found.get() != null;
        });
        return found.get();
    }

    /** Waits for a condition, within {@code patience}. */
    static void until(String what, Duration patience, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + patience + ": " + what);
            }
            LockSupport.parkNanos(5_000_000);
        }
    }
}
