package im.restante.itests.client;

import im.restante.account.Accounts;
import im.restante.filter.Opinion;
import im.restante.filter.StorageRule;
import im.restante.jid.Jid;
import im.restante.message.MessageEvent;
import im.restante.message.MessageListener;
import im.restante.quota.QuotaExceededStrategy;
import im.restante.quota.UserLimits;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.Admission;
import im.restante.store.MessageStore;
import im.restante.store.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Everything in a running server that may be replaced, replaced one after another under the same steady traffic: stores, strategies,
 * rules and bundles. Users stay in SQLite, which is replaced too.
 */
public final class Swaps {
    private static final String OFFLINE = "im.restante.offline";
    private static final String QUOTA = "im.restante.quota";
    private static final String ACCOUNTS = "im.restante.accounts";
    private static final String MARIADB = "im.restante.store.mariadb";
    private static final String STRATEGY = "swapped";
    private static final String LINE = "%-60s %10s %18s %8s%n";
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Traffic.Cast CAST = new Traffic.Cast(
            named("sender", 20), named("away", 2), named("present", 2), named("coming", 2), Duration.ofMillis(25));

    private final BundleContext context;
    private final Container server;
    private final Map<String, String> database;
    private final List<Swap> swaps = new ArrayList<>();
    private ServiceRegistration<QuotaExceededStrategy> silent;
    private Traffic traffic;
    private Duration longest = Duration.ZERO;

    /** @param database the configuration of a MariaDB store */
    public Swaps(Container server, BundleContext context, Map<String, String> database) {
        this.context = context;
        this.server = server;
        this.database = Map.copyOf(database);
    }

    /** Something that is done to the server. */
    @FunctionalInterface
    private interface Action {
        void run() throws Exception;
    }

    /** @param leavesOut whether something is away for longer than senders wait */
    private record Swap(String name, boolean leavesOut, Action action) {}

    private static List<String> named(String what, int count) {
        return IntStream.range(0, count).mapToObj(n -> what + n).toList();
    }

    /** The list: what can be swapped, and how. */
    private void list() {
        swap("nothing, for comparison", () -> traffic.flow(20));

        replacements("im.restante.store.sqlite", () -> growing("sqlite")); // users and messages

        swap("store-mariadb starts beside store-sqlite", () -> {
            bundle(MARIADB).start();
            waitsFor("mariadb");
            growing("sqlite");
        });
        swap("to mariadb by service.ranking", () -> {
            rank(10);
            growing("mariadb");
        });
        swap("back to sqlite by service.ranking", () -> {
            rank(-10);
            growing("sqlite");
        });
        swap("to mariadb by store=", () -> {
            offline("store", "mariadb");
            growing("mariadb");
        });
        replacements(MARIADB, () -> growing("mariadb"));
        swap("back to sqlite by store=", () -> {
            offline("store", "sqlite");
            growing("sqlite");
        });
        swap("to mariadb by service.ranking and no store=", () -> {
            traffic.mayComeLate(
                    true); // what is in a store that stops comes when it is back, behind what came meanwhile
            rank(10);
            offline("store", "");
            growing("mariadb");
        });
        swap("back to sqlite as store-mariadb stops", () -> {
            traffic.flow(20);
            bundle(MARIADB).stop();
            traffic.mayComeLate(false);
            growing("sqlite");
        });
        swap("to mariadb as store-mariadb starts", () -> {
            bundle(MARIADB).start();
            growing("mariadb");
        });
        swap("back to sqlite by service.ranking", () -> {
            rank(-10);
            growing("sqlite");
        });

        swap("a strategy decides", () -> limited(true, Fate.DROPPED));
        swap("the strategy goes: stock error", () -> becomes(Fate.REFUSED, silent::unregister));
        swap("the strategy comes", () -> becomes(Fate.DROPPED, () -> silent = strategy(0, Optional.empty())));
        swap("a strategy of higher ranking comes and goes", () -> {
            List<ServiceRegistration<?>> loud = new ArrayList<>();
            StanzaError error =
                    StanzaError.of(StanzaError.Condition.RESOURCE_CONSTRAINT).later();
            becomes(Fate.REFUSED, () -> loud.add(strategy(10, Optional.of(error))));
            becomes(Fate.DROPPED, loud.get(0)::unregister);
        });
        swap("quota is updated while a strategy decides", () -> update("im.restante.quota"));
        swap("nothing is over a limit", () -> limited(false, Fate.STORED));
        swap("storage rules come and go", () -> {
            List<ServiceRegistration<?>> rules = new ArrayList<>();
            becomes(Fate.REFUSED, () -> rules.add(rule(1, Opinion.skip("away"))));
            becomes(Fate.STORED, () -> rules.add(rule(2, Opinion.keep("away"))));
            becomes(Fate.REFUSED, rules.get(1)::unregister);
            update("im.restante.filter");
            traffic.flow(5);
            becomes(Fate.STORED, rules.get(0)::unregister);
        });

        swap("a message listener comes and goes", () -> {
            AtomicLong told = new AtomicLong();
            ServiceRegistration<?> listener = listener(told::incrementAndGet);
            until("it is told", () -> told.get() > 100);
            listener.unregister();
        });
        swap("a message listener that fails comes and goes", () -> {
            ServiceRegistration<?> listener = listener(() -> {
                throw new IllegalStateException("made up");
            });
            traffic.flow(20);
            listener.unregister();
        });
        for (String name : List.of("delivery", "filter", "quota")) {
            replacements("im.restante." + name, () -> {});
        }
        for (String name : List.of("iq", "amp", "commands", "migration", "shell", "tigase", "why")) {
            replacements("im.restante." + name, () -> {});
        }
        swap("senders wait one second from here on", () -> offline("swap-timeout-seconds", "1"));
        leftOut("im.restante.delivery", () -> traffic.mayAllBecome(Fate.REFUSED));
        leftOut("im.restante.filter", () -> traffic.mayBecomeIfStored(Fate.REFUSED));
        leftOut("im.restante.quota", () -> traffic.mayBecomeIfStored(Fate.REFUSED));
        swap("to mariadb by store=", () -> {
            server.configure(OFFLINE, Map.of("store", "mariadb", "swap-timeout-seconds", "1"));
            growing("mariadb");
        });
        leftOut(MARIADB, () -> {
            traffic.mayComeLate(true);
            traffic.mayBecomeIfStored(Fate.REFUSED);
        });
        swap("back to sqlite by store=", () -> {
            offline("store", "sqlite");
            growing("sqlite");
        });
        for (String name : List.of("iq", "amp", "commands", "migration", "shell", "tigase", "why")) {
            swap(name + " is uninstalled for a while", () -> {
                Runnable install = uninstalled("im.restante." + name);
                traffic.flow(20);
                install.run();
            });
        }
    }

    private ServiceRegistration<?> listener(Runnable told) {
        MessageListener listener = new MessageListener() {
            @Override
            public void decided(MessageEvent event) {
                told.run();
            }
        };
        return context.registerService(MessageListener.class, listener, null);
    }

    private void swap(String name, Action action) {
        swaps.add(new Swap(name, false, action));
    }

    /** @param works fails until the bundle does its work again */
    private void replacements(String name, Action works) {
        String what = name.substring("im.restante.".length());
        swap(what + " is stopped and started", () -> {
            bundle(name).stop();
            bundle(name).start();
            works.run();
        });
        swap(what + " is stopped for half a second", () -> {
            bundle(name).stop();
            TimeUnit.MILLISECONDS.sleep(500);
            bundle(name).start();
            works.run();
        });
        swap(what + " is updated", () -> {
            update(name);
            works.run();
        });
        swap(what + " is refreshed", () -> {
            refresh(name);
            works.run();
        });
        swap(what + " is uninstalled and installed", () -> {
            uninstalled(name).run();
            works.run();
        });
    }

    /** A bundle is uninstalled until senders are told, and then installed. */
    private void leftOut(String name, Action allow) {
        swaps.add(new Swap(
                name.substring("im.restante.".length()) + " is uninstalled until senders are told", true, () -> {
                    allow.run();
                    long before = traffic.refused();
                    Runnable install = uninstalled(name);
                    until("senders are told", () -> traffic.refused() > before);
                    install.run();
                    until("senders are told no more", () -> {
                        long told = traffic.refused();
                        traffic.flow(2); // of these the last was begun since then
                        return traffic.refused() == told;
                    });
                    traffic.becomes(Fate.STORED);
                    traffic.mayComeLate(false);
                }));
    }

    /**
     * Replaces everything, while traffic goes on, and prints what the senders saw of each swap.
     *
     * @throws AssertionError if a message was lost, doubled or late, or a connection dropped
     */
    public void run() throws Exception {
        prepare();
        traffic = new Traffic(Container.DOMAIN, CAST, server::login);
        List<String> wrong;
        try {
            System.out.printf(LINE, "swap", "took, ms", "longest pause, ms", "refused");
            for (Swap swap : swaps) {
                run(swap);
            }
            wrong = traffic.end();
        } finally {
            traffic.close();
            silent.unregister();
            for (String pid : List.of(OFFLINE, QUOTA, ACCOUNTS, MARIADB)) {
                server.configure(pid, Map.of());
            }
        }
        if (!wrong.isEmpty()) {
            throw new AssertionError(String.join("\n", wrong));
        }
        System.out.printf(
                "%d messages, lost 0, doubled 0, late 0, connections dropped 0; longest pause where nothing was left out: %d ms%n",
                traffic.count(), longest.toMillis());
    }

    private void prepare() throws Exception {
        for (String user : Stream.of(CAST.senders(), CAST.away(), CAST.present(), CAST.coming())
                .flatMap(Collection::stream)
                .toList()) {
            server.service(Accounts.class)
                    .create(Jid.of(user + "@" + Container.DOMAIN), Container.PASSWORD)
                    .toCompletableFuture()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        silent = strategy(0, Optional.empty());
        server.configure(ACCOUNTS, Map.of("user-store", "sqlite"));
        server.configure(
                QUOTA, Map.of("store-limit", "-1", "user-store-limit-enable", "true", "quota-exceeded", STRATEGY));
        until(
                "users have limits of their own",
                () -> server.service(UserLimits.class).enabled());
        bundle(MARIADB).stop();
        rank(-10);
        list();
    }

    private void run(Swap swap) throws Exception {
        traffic.seen();
        traffic.during(swap.name);
        long begun = System.nanoTime();
        try {
            swap.action.run();
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            traffic.flow(3);
            Traffic.Seen seen = traffic.seen();
            if (!swap.leavesOut && seen.longest().compareTo(longest) > 0) {
                longest = seen.longest();
            }
            System.out.printf(LINE, swap.name, took.toMillis(), seen.longest().toMillis(), seen.refused());
        } catch (Exception | AssertionError e) {
            throw new AssertionError(swap.name + ": " + e.getMessage(), e);
        }
    }

    private static void until(String what, Callable<Boolean> condition) throws Exception {
        Container.until(what, PATIENCE, condition);
    }

    private void becomes(Fate fate, Action change) throws Exception {
        traffic.mayBecome(fate);
        change.run();
        traffic.becomes(fate);
    }

    /** Whether owners who are away have a limit of their own, of no message. */
    private void limited(boolean limited, Fate fate) throws Exception {
        UserLimits limits = server.service(UserLimits.class);
        becomes(fate, () -> {
            for (String owner : CAST.away()) {
                Jid jid = Jid.of(owner + "@" + Container.DOMAIN);
                (limited ? limits.set(jid, 0) : limits.forget(jid))
                        .toCompletableFuture()
                        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        });
    }

    private ServiceRegistration<QuotaExceededStrategy> strategy(int ranking, Optional<StanzaError> told) {
        QuotaExceededStrategy strategy = new QuotaExceededStrategy() {
            @Override
            public Admission.OnFull onFull() {
                return Admission.OnFull.REFUSE;
            }

            @Override
            public Optional<StanzaError> exceeded(Message message, Admission admission, Usage usage) {
                return told;
            }
        };
        return context.registerService(
                QuotaExceededStrategy.class,
                strategy,
                new Hashtable<>(Map.of(QuotaExceededStrategy.NAME, STRATEGY, Constants.SERVICE_RANKING, ranking)));
    }

    /** A rule for messages to those who are away. */
    private ServiceRegistration<StorageRule> rule(int ranking, Opinion opinion) {
        StorageRule rule = message -> CAST.away().contains(message.to().local()) ? opinion : Opinion.NONE;
        return context.registerService(
                StorageRule.class, rule, new Hashtable<>(Map.of(Constants.SERVICE_RANKING, ranking)));
    }

    private void rank(int ranking) throws Exception {
        Map<String, String> ranked = new HashMap<>(database);
        ranked.put(Constants.SERVICE_RANKING, Integer.toString(ranking));
        server.configure(MARIADB, ranked);
    }

    private void offline(String key, String value) throws Exception {
        server.configure(OFFLINE, Map.of(key, value));
    }

    private void waitsFor(String store) throws Exception {
        until("the store " + store + " is there", () -> store(store).isPresent());
    }

    /** Waits until messages of now go to that store. */
    private void growing(String store) throws Exception {
        waitsFor(store);
        long before = waiting(store);
        until("messages go to " + store, () -> waiting(store) > before);
    }

    /** Asks again if the store goes meanwhile: another ranking makes it anew. */
    private long waiting(String store) throws Exception {
        AtomicLong messages = new AtomicLong();
        until("the store " + store + " says what waits", () -> {
            Optional<MessageStore> present = store(store);
            if (present.isEmpty()) {
                return false;
            }
            try {
                messages.set(present.get()
                        .usage(Jid.of(CAST.away().get(0) + "@" + Container.DOMAIN))
                        .toCompletableFuture()
                        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .messages());
                return true;
            } catch (ExecutionException | RuntimeException e) { // it was closed
                return false;
            }
        });
        return messages.get();
    }

    private Optional<MessageStore> store(String id) throws Exception {
        Collection<ServiceReference<MessageStore>> found =
                context.getServiceReferences(MessageStore.class, "(" + MessageStore.ID + "=" + id + ")");
        return found.stream().map(context::getService).filter(Objects::nonNull).findFirst();
    }

    private Bundle bundle(String name) {
        return Stream.of(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no bundle " + name));
    }

    /** From where it came from. */
    private void update(String name) throws BundleException {
        bundle(name).update();
    }

    private void refresh(String name) throws InterruptedException {
        CountDownLatch refreshed = new CountDownLatch(1);
        context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
                .adapt(FrameworkWiring.class)
                .refreshBundles(List.of(bundle(name)), event -> {
                    if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                        refreshed.countDown();
                    }
                });
        if (!refreshed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError(name + " is not refreshed");
        }
    }

    /** Uninstalls it. @return what installs and starts it again, from where it came from */
    private Runnable uninstalled(String name) throws BundleException {
        Bundle bundle = bundle(name);
        bundle.uninstall();
        return () -> {
            try {
                context.installBundle(bundle.getLocation()).start();
            } catch (BundleException e) {
                throw new AssertionError(e);
            }
        };
    }
}
