package im.restante.internal.http;

import im.restante.config.ConfigException;
import im.restante.http.HttpResource;
import im.restante.internal.http.HttpSettings.Place;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Printable;
import im.restante.internal.support.Threads;
import im.restante.tls.Certificates;
import im.restante.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Both listeners as they are configured. Knows nothing of OSGi but the references of resources. Safe for concurrent use. */
final class HttpServers {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServers.class);
    private static final Duration OPEN_AGAIN = Duration.ofSeconds(5);
    private static final int IDLE_THREAD_SECONDS = 10;

    /** Is told where an audience is served, and that it is not any more. Called under a lock; must not call back. */
    interface Places {
        void opened(String audience, InetSocketAddress address, boolean encrypted);

        void closed(String audience);
    }

    private final Certificates certificates;
    private final Bounds bounds;
    private final Places places;
    private final Duration openAgain;
    /** As many as there are requests: their number is bounded for each listener and each resource. */
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_THREAD_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Threads.daemons("restante-http"));

    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(1, Threads.daemons("restante-http-timer"));
    private final Resources resources;
    private final ReentrantLock lock = new ReentrantLock();
    private final Door admin = new Door(HttpResource.ADMIN); // guarded by lock, as the next four
    private final Door everybody = new Door(HttpResource.PUBLIC);
    private AdminGate gate = new AdminGate(Set.of());
    private TlsIdentity keys;
    private boolean stopped;
    private volatile HttpSettings settings;

    /** Where one audience comes in. */
    private static final class Door {
        final String audience;
        Reception reception;
        Listener listener; // null: it is closed
        Place place; // null: it is not to be open
        boolean complained;

        Door(String audience) {
            this.audience = audience;
        }
    }

    /**
     * @param certificates where those of TLS come from
     * @throws ConfigException if a file of the configuration cannot be used
     */
    HttpServers(HttpSettings settings, Certificates certificates, Bounds bounds, Places places) {
        this(settings, certificates, bounds, places, OPEN_AGAIN);
    }

    HttpServers(HttpSettings settings, Certificates certificates, Bounds bounds, Places places, Duration openAgain) {
        this.certificates = certificates;
        this.bounds = bounds;
        this.places = places;
        this.openAgain = openAgain;
        this.settings = settings;
        timer.setRemoveOnCancelPolicy(true);
        this.resources = new Resources(timer, bounds);
        try {
            this.keys = keys(settings);
        } catch (ConfigException e) {
            shutDown();
            throw e;
        }
    }

    Resources resources() {
        return resources;
    }

    HttpSettings settings() {
        return settings;
    }

    /** Opens what is to be open, on another thread: nobody waits for it, and what fails is tried again. */
    void start() {
        soon(() -> {
            want(settings);
            openOrTryAgain(admin);
            openOrTryAgain(everybody);
        });
    }

    /** Runs what may wait for the system, under the lock; once more after a while if there is no thread for it. */
    private void soon(Runnable task) {
        try {
            threads.execute(() -> {
                lock.lock();
                try {
                    task.run();
                } finally {
                    lock.unlock();
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("the bundle stops: {}", e.getMessage());
        } catch (RuntimeException | Error e) {
            OutOfMemory.endsProcess(e);
            LOG.error("there is no thread to open a listener; it is tried again", e);
            later(task);
        }
    }

    /**
     * Puts another configuration in force, all or nothing. A listener whose address or encryption does not change stays open.
     *
     * @throws ConfigException if a file or an address cannot be used; then everything is as before
     */
    void reconfigure(HttpSettings wanted) {
        lock.lock();
        try {
            TlsIdentity before = keys;
            HttpSettings old = settings;
            TlsIdentity fresh = keys(wanted);
            boolean otherKeys = fresh != before;
            boolean adminChanges = changes(admin, wanted.admin(), otherKeys);
            boolean everybodyChanges = changes(everybody, wanted.everybody(), otherKeys);
            // The old places are given up first: the new ones may overlap, as 0.0.0.0 does with every other address.
            Place adminWas = adminChanges ? close(admin) : null;
            Place everybodyWas = everybodyChanges ? close(everybody) : null;
            keys = fresh;
            want(wanted);
            try {
                open(admin);
                open(everybody);
                settings = wanted;
            } catch (RuntimeException | Error e) {
                OutOfMemory.endsProcess(e);
                keys = before;
                want(old);
                back(admin, adminChanges, adminWas);
                back(everybody, everybodyChanges, everybodyWas);
                throw e;
            }
        } finally {
            lock.unlock();
        }
    }

    private void back(Door door, boolean changed, Place was) {
        if (changed) {
            close(door);
            Place configured = door.place;
            door.place = was != null ? was : configured; // where a 0 had found a free port, at the same one
            openOrTryAgain(door);
            door.place = door.listener == null ? door.place : configured;
        }
    }

    /** Ends everything, after a moment for what is being answered. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
            close(admin);
            close(everybody);
        } finally {
            lock.unlock();
        }
        shutDown();
    }

    private void shutDown() {
        timer.shutdownNow();
        threads.shutdown();
    }

    private void want(HttpSettings wanted) {
        admin.place = wanted.admin().isOff() ? null : wanted.admin();
        everybody.place = wanted.everybody().isOff() ? null : wanted.everybody();
        gate = new AdminGate(wanted.hostNames());
        if (admin.reception != null) {
            admin.reception.gate(gate);
        }
    }

    private static boolean changes(Door door, Place wanted, boolean otherKeys) {
        Place now = door.place;
        return now == null ? !wanted.isOff() : !now.equals(wanted) || now.tls() && otherKeys;
    }

    /** @return null if no listener uses TLS; the keys there are, if the files are the same */
    private TlsIdentity keys(HttpSettings wanted) {
        if (!wanted.usesTls()) {
            return null;
        }
        if (keys != null && wanted.usesFilesOf(settings)) {
            return keys;
        }
        try {
            return certificates.open(wanted.certificate(), wanted.privateKey());
        } catch (IOException e) {
            throw new ConfigException(
                    HttpSettings.PID,
                    "certificate",
                    wanted.certificate(),
                    "usable for TLS, with its private-key: " + Printable.line(e.getMessage()));
        }
    }

    private void openOrTryAgain(Door door) {
        if (stopped || door.place == null || door.listener != null) {
            return;
        }
        try {
            open(door);
            door.complained = false;
        } catch (ConfigException e) {
            if (!door.complained) {
                door.complained = true;
                LOG.error(
                        "{}. Until it is, nothing is served for the audience {}; set another port, or -1 for none",
                        e.getMessage(),
                        door.audience);
            }
            later(() -> openOrTryAgain(door));
        }
    }

    private void later(Runnable task) {
        try {
            timer.schedule(() -> soon(task), openAgain.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the bundle stops: {}", e.getMessage());
        }
    }

    /** Does nothing if it is open already, or is not to be. */
    private void open(Door door) {
        Place place = door.place;
        if (place == null || door.listener != null || stopped) {
            return;
        }
        Reception reception = new Reception(door.audience, resources, bounds, threads, timer);
        if (door == admin) {
            reception.gate(gate);
        }
        try {
            SSLContext tls = place.tls() ? keys.lastingContext() : null;
            door.listener = Listener.open(place, tls, reception, bounds, threads, timer);
        } catch (UnknownHostException e) {
            throw new ConfigException(
                    HttpSettings.PID, place.hostKey(), place.host(), "an address or a name of this machine");
        } catch (IOException e) {
            throw new ConfigException(
                    HttpSettings.PID,
                    place.portKey(),
                    place.port(),
                    "free at host " + place.host() + ", an address of this machine: " + Printable.line(e.getMessage()));
        } catch (LinkageError e) { // what the JDK's own modules throw where one is missing
            throw new ConfigException(
                    HttpSettings.PID,
                    place.portKey(),
                    place.port(),
                    "-1, since this Java runtime has no module jdk.httpserver (" + Printable.line(e) + ')');
        }
        door.reception = reception;
        InetSocketAddress address = door.listener.address();
        LOG.info("HTTP resources of the audience {} are served at {}", door.audience, place.at(address.getPort()));
        places.opened(door.audience, address, place.tls());
    }

    /** @return where it was open, with its actual port; null if it was not */
    private Place close(Door door) {
        Listener open = door.listener;
        if (open == null) {
            return null;
        }
        Place was = door.place.at(open.address().getPort());
        door.listener = null;
        door.reception = null;
        open.close();
        places.closed(door.audience);
        return was;
    }
}
