package im.restante.itests.client;

import im.restante.account.Accounts;
import im.restante.delivery.Delivery;
import im.restante.jid.Jid;
import im.restante.quota.UserLimits;
import im.restante.store.MessageStore;
import im.restante.store.StoredMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * Changes each setting by Config Admin while several senders write. A change counts as in force when a message of its own shows
 * it; from then on every message sent must meet the new fate, and those sent meanwhile one of the two. At the {@link #end} nothing
 * may be lost, doubled, late or misjudged. Uses the framework it runs in; one thread. All is thrown as {@link AssertionError}.
 */
public final class SettingsUnderTraffic {
    private static final String QUOTA = "im.restante.quota";
    private static final String OFFLINE = "im.restante.offline";
    private static final String FILTER = "im.restante.filter";
    private static final String AWAY = "balthasar";
    private static final String PRESENT = "petruchio";
    private static final long PAGE_BYTES = 1_000;
    private static final String PROBED = "rosaline";
    private static final String PROBER = "friar";
    private static final List<String> SENDERS = List.of("sampson", "gregory", "abram");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Container container;
    private final BundleContext context;
    private final PlainClient prober;
    private final Traffic traffic;
    private int probes;

    /** Makes the accounts and lets the traffic begin. */
    public SettingsUnderTraffic(Container container, BundleContext context) throws Exception {
        this.container = container;
        this.context = context;
        List<String> users = new ArrayList<>(SENDERS);
        users.addAll(List.of(AWAY, PRESENT, PROBED, PROBER));
        for (String user : users) {
            done(container.service(Accounts.class).create(jid(user), Container.PASSWORD));
        }
        // While a store is missed, drains wait; what is sent while storing is switched off waits for no drain.
        done(container.service(Delivery.class).page(jid(PRESENT), 0, 1, PAGE_BYTES));
        container.configure(QUOTA, Map.of("store-limit", "-1"));
        prober = container.login(PROBER);
        until("there is no limit", () -> fateOfNext() == Fate.STORED);
        traffic = new Traffic(
                Container.DOMAIN,
                new Traffic.Cast(SENDERS, List.of(AWAY), List.of(PRESENT), List.of(), Duration.ofMillis(5)),
                container::login);
    }

    public void theSwitchOfStoring() throws Exception {
        change(OFFLINE, Map.of("msg-offline", "false"), Fate.REFUSED);
        change(OFFLINE, Map.of(), Fate.STORED);
        change(OFFLINE, Map.of("msg-offline", "false"), Fate.REFUSED);
        change(OFFLINE, Map.of("msg-offline", "true"), Fate.STORED);
    }

    public void limitsAndWhatHappensBeyondThem() throws Exception {
        UserLimits limits = container.service(UserLimits.class);
        for (String owner : List.of(PROBED, AWAY)) {
            done(limits.set(jid(owner), 1_000_000));
        }
        change(QUOTA, Map.of("store-limit", "0"), Fate.REFUSED);
        change(QUOTA, Map.of("store-limit", "0", "quota-exceeded", "drop"), Fate.DROPPED);
        change(QUOTA, Map.of("store-limit", "0", "user-store-limit-enable", "true"), Fate.STORED);
        change(
                QUOTA,
                Map.of("store-limit", "0", "user-store-limit-enable", "true", "user-store-limit-max", "0"),
                Fate.REFUSED);
        change(QUOTA, Map.of("store-limit", "-1"), Fate.STORED);
        for (String owner : List.of(PROBED, AWAY)) {
            done(limits.forget(jid(owner)));
        }
    }

    public void paths() throws Exception {
        change(FILTER, Map.of("msg-store-offline-paths", "-/message/" + Traffic.CHILD), Fate.REFUSED);
        change(FILTER, Map.of("msg-store-offline-paths", "/message/body,-/message/" + Traffic.CHILD), Fate.STORED);
        change(FILTER, Map.of("msg-store-offline-paths", "-/message/body"), Fate.REFUSED);
        change(FILTER, Map.of(), Fate.STORED);
    }

    public void retention() throws Exception {
        seen(OFFLINE, Map.of("retention-days", "1"), () -> newestIn("sqlite").expiresAt() != null);
        seen(OFFLINE, Map.of(), () -> newestIn("sqlite").expiresAt() == null);
    }

    /** @param other the {@code store.id} of a store that is there beside the embedded one */
    public void theChosenStore(String other) throws Exception {
        seen(OFFLINE, Map.of("store", other), () -> newestIn(other) != null);
        seen(OFFLINE, Map.of("store", "sqlite"), () -> newestIn("sqlite") != null);
        seen(OFFLINE, Map.of("store", other), () -> newestIn(other) != null);
        seen(OFFLINE, Map.of(), () -> newestIn("sqlite") != null);
    }

    public void windowAndProof() throws Exception {
        seen(OFFLINE, Map.of("window", "3"), () -> comesUnproved() == 3);
        seen(OFFLINE, Map.of("window", "2", "proof", "ping"), () -> comesUnproved() == 2);
        seen(OFFLINE, Map.of("window", "2", "proof", "write"), () -> comesUnproved() == 9);
        seen(OFFLINE, Map.of(), () -> comesUnproved() == 9);
    }

    /** No more is changed: all was right. */
    public void end() throws Exception {
        List<String> wrong = traffic.end();
        check(wrong.isEmpty(), "wrong: " + wrong);
        readProbed(); // nothing is left in a store that may go away
    }

    /** Ends the traffic and makes everything as it was. */
    public void undo() throws Exception {
        traffic.close();
        for (String pid : List.of(QUOTA, OFFLINE, FILTER)) {
            container.configure(pid, Map.of());
        }
        until("messages are stored again", () -> fateOfNext() == Fate.STORED);
        readProbed();
        prober.close();
    }

    /** A change that turns what becomes of messages for somebody away into {@code fate}. */
    private void change(String pid, Map<String, String> values, Fate fate) throws Exception {
        traffic.mayBecome(fate);
        container.configure(pid, values);
        until(values + " is in force", () -> fateOfNext() == fate);
        check(fateOfNext() == fate, values + " does not hold");
        traffic.becomes(fate);
    }

    /** A change that leaves all messages stored and shows otherwise. */
    private void seen(String pid, Map<String, String> values, Callable<Boolean> shows) throws Exception {
        container.configure(pid, values);
        until(values + " is in force", shows);
        check(shows.call(), values + " does not hold");
        traffic.flow(10);
    }

    /** Sends a message as the traffic does and looks what becomes of it. */
    private Fate fateOfNext() throws Exception {
        long before = waiting();
        String id = "probe" + probes++;
        prober.send("<message type='chat' id='" + id + "' to='" + jid(PROBED) + "'><body>" + id + "</body><"
                + Traffic.CHILD + " xmlns='urn:example:traffic'/></message>");
        if (prober.answers(Container.DOMAIN, "after-" + id).contains("'" + id + "'")) {
            return Fate.REFUSED;
        }
        return waiting() > before ? Fate.STORED : Fate.DROPPED;
    }

    private long waiting() throws Exception {
        long waiting = 0;
        for (MessageStore store : stores(null)) {
            waiting += done(store.usage(jid(PROBED))).messages();
        }
        return waiting;
    }

    private List<MessageStore> stores(String filter) throws InvalidSyntaxException {
        List<MessageStore> stores = new ArrayList<>();
        for (ServiceReference<MessageStore> store : context.getServiceReferences(MessageStore.class, filter)) {
            stores.add(context.getService(store));
        }
        return stores;
    }

    /** The row of a message sent now, if it goes to that store; else null. */
    private StoredMessage newestIn(String store) throws Exception {
        readProbed();
        check(fateOfNext() == Fate.STORED, "was not stored");
        List<StoredMessage> rows =
                done(stores("(" + MessageStore.ID + "=" + store + ")").get(0).page(jid(PROBED), 0, 1, 1));
        return rows.isEmpty() ? null : rows.get(0);
    }

    /** How many of nine messages come before the server asks for proof; proves and reads the rest, too. */
    private int comesUnproved() throws Exception {
        readProbed();
        for (int n = 0; n < 8; n++) {
            check(fateOfNext() == Fate.STORED, "was not stored");
        }
        return readProbed().beforeTheFirstRequest();
    }

    /** Its owner reads all that waits, proves it and is gone. */
    private MailReader readProbed() throws Exception {
        String last = "last" + probes++;
        prober.message(jid(PROBED).toString(), last);
        prober.ping(Container.DOMAIN, last);
        MailReader reader;
        try (PlainClient owner = container.login(PROBED)) {
            owner.send("<presence/>");
            reader = new MailReader(owner);
            reader.readTo(last);
            owner.ping(Container.DOMAIN, "read");
        }
        until("nothing waits", () -> waiting() == 0);
        return reader;
    }

    private static Jid jid(String user) {
        return Jid.of(user + "@" + Container.DOMAIN);
    }

    private static <T> T done(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static void until(String what, Callable<Boolean> condition) throws Exception {
        Container.until(what, PATIENCE, condition);
    }

    private static void check(boolean right, String otherwise) {
        if (!right) {
            throw new AssertionError(otherwise);
        }
    }
}
