package im.restante.itests.osgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.client.Fate;
import im.restante.itests.client.MailReader;
import im.restante.itests.client.PlainClient;
import im.restante.itests.client.Traffic;
import im.restante.jid.Jid;
import im.restante.quota.UserLimits;
import im.restante.store.MessageStore;
import im.restante.store.StoredMessage;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.junit5.context.BundleContextExtension;

/**
 * Settings changed by Config Admin while several senders write. A change counts as in force when a message of the test's own
 * shows it; from then on every message sent must meet the new fate, and those sent meanwhile one of the two. In the end nothing
 * may be lost, doubled, late or misjudged.
 */
@ExtendWith(BundleContextExtension.class)
class SettingsUnderTrafficTest {
    private static final String QUOTA = "im.restante.quota";
    private static final String OFFLINE = "im.restante.offline";
    private static final String FILTER = "im.restante.filter";
    private static final Jid PROBED = Jid.of("rosaline@localhost");
    private static final List<String> SENDERS = List.of("sampson", "gregory", "abram");

    @InjectBundleContext
    BundleContext context;

    private Server server;
    private PlainClient prober;
    private Traffic traffic;
    private int probes;

    @BeforeEach
    void senders() throws Exception {
        server = new Server(context);
        for (String name : List.of("sampson", "gregory", "abram", "balthasar", "petruchio", "friar", "rosaline")) {
            server.account(name);
        }
        server.configure(QUOTA, Map.of("store-limit", "-1"));
        prober = server.login("friar");
        Server.until("there is no limit", () -> fateOfNext() == Fate.STORED);
        traffic = new Traffic(Server.DOMAIN, SENDERS, "balthasar", "petruchio", server::login);
    }

    @AfterEach
    void asItWas() throws Exception {
        traffic.close();
        for (String pid : List.of(QUOTA, OFFLINE, FILTER)) {
            server.configure(pid, Map.of());
        }
        Server.until("messages are stored again", () -> fateOfNext() == Fate.STORED);
        readProbed();
        prober.close();
    }

    @Test
    void theSwitchOfStoringHoldsForTheNextMessage() throws Exception {
        change(OFFLINE, Map.of("msg-offline", "false"), Fate.REFUSED);
        change(OFFLINE, Map.of(), Fate.STORED);
        change(OFFLINE, Map.of("msg-offline", "false"), Fate.REFUSED);
        change(OFFLINE, Map.of("msg-offline", "true"), Fate.STORED);
        allIsWell();
    }

    @Test
    void limitsAndWhatHappensBeyondThemHoldForTheNextMessage() throws Exception {
        UserLimits limits = server.service(UserLimits.class);
        for (Jid owner : List.of(PROBED, Jid.of("balthasar@localhost"))) {
            limits.set(owner, 1_000_000).toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
        change(QUOTA, Map.of("store-limit", "0"), Fate.REFUSED);
        change(QUOTA, Map.of("store-limit", "0", "quota-exceeded", "drop"), Fate.DROPPED);
        change(QUOTA, Map.of("store-limit", "0", "user-store-limit-enable", "true"), Fate.STORED);
        change(
                QUOTA,
                Map.of("store-limit", "0", "user-store-limit-enable", "true", "user-store-limit-max", "0"),
                Fate.REFUSED);
        change(QUOTA, Map.of("store-limit", "-1"), Fate.STORED);
        for (Jid owner : List.of(PROBED, Jid.of("balthasar@localhost"))) {
            limits.forget(owner).toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
        allIsWell();
    }

    @Test
    void pathsHoldForTheNextMessage() throws Exception {
        change(FILTER, Map.of("msg-store-offline-paths", "-/message/" + Traffic.CHILD), Fate.REFUSED);
        change(FILTER, Map.of("msg-store-offline-paths", "/message/body,-/message/" + Traffic.CHILD), Fate.STORED);
        change(FILTER, Map.of("msg-store-offline-paths", "-/message/body"), Fate.REFUSED);
        change(FILTER, Map.of(), Fate.STORED);
        allIsWell();
    }

    @Test
    void retentionHoldsForTheNextMessage() throws Exception {
        seen(OFFLINE, Map.of("retention-days", "1"), () -> newestInSqlite().expiresAt() != null);
        seen(OFFLINE, Map.of(), () -> newestInSqlite().expiresAt() == null);
        allIsWell();
    }

    @Test
    void theChosenStoreTakesTheNextMessageAndBothAreRead() throws Exception {
        ListStore list = new ListStore();
        ServiceRegistration<MessageStore> registration = context.registerService(
                MessageStore.class,
                list,
                new Hashtable<>(Map.of(MessageStore.ID, "list", Constants.SERVICE_RANKING, -1_000)));
        try {
            seen(OFFLINE, Map.of("store", "list"), () -> isNewestIn(list));
            seen(OFFLINE, Map.of("store", "sqlite"), () -> !isNewestIn(list));
            seen(OFFLINE, Map.of("store", "list"), () -> isNewestIn(list));
            seen(OFFLINE, Map.of(), () -> !isNewestIn(list));
            allIsWell();
        } finally {
            readProbed();
            registration.unregister();
        }
    }

    @Test
    void windowAndProofHoldForTheNextDrain() throws Exception {
        seen(OFFLINE, Map.of("window", "3"), () -> comesUnproved() == 3);
        seen(OFFLINE, Map.of("window", "2", "proof", "ping"), () -> comesUnproved() == 2);
        seen(OFFLINE, Map.of("window", "2", "proof", "write"), () -> comesUnproved() == 9);
        seen(OFFLINE, Map.of(), () -> comesUnproved() == 9);
        allIsWell();
    }

    /** A change that turns what becomes of messages for somebody away into {@code fate}. */
    private void change(String pid, Map<String, String> values, Fate fate) throws Exception {
        traffic.mayBecome(fate);
        server.configure(pid, values);
        Server.until(values + " is in force", () -> fateOfNext() == fate);
        assertEquals(fate, fateOfNext(), values + " holds");
        traffic.becomes(fate);
    }

    /** A change that leaves all messages stored and shows otherwise. */
    private void seen(String pid, Map<String, String> values, Callable<Boolean> shows) throws Exception {
        server.configure(pid, values);
        Server.until(values + " is in force", shows);
        assertTrue(shows.call(), values + " holds");
        traffic.flow(10);
    }

    private void allIsWell() throws Exception {
        assertEquals(List.of(), traffic.end());
    }

    /** Sends a message as the traffic does and looks what becomes of it. */
    private Fate fateOfNext() throws Exception {
        long before = waiting();
        String id = "probe" + probes++;
        prober.send("<message type='chat' id='" + id + "' to='" + PROBED + "'><body>" + id + "</body><" + Traffic.CHILD
                + " xmlns='urn:example:traffic'/></message>");
        if (prober.answers(Server.DOMAIN, "after-" + id).contains("'" + id + "'")) {
            return Fate.REFUSED;
        }
        return waiting() > before ? Fate.STORED : Fate.DROPPED;
    }

    private long waiting() throws Exception {
        long waiting = 0;
        for (ServiceReference<MessageStore> store : context.getServiceReferences(MessageStore.class, null)) {
            waiting += context.getService(store)
                    .usage(PROBED)
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS)
                    .messages();
        }
        return waiting;
    }

    /** The row of a message sent now. */
    private StoredMessage newestInSqlite() throws Exception {
        readProbed();
        assertEquals(Fate.STORED, fateOfNext());
        ServiceReference<MessageStore> sqlite = context.getServiceReferences(
                        MessageStore.class, "(" + MessageStore.ID + "=sqlite)")
                .iterator()
                .next();
        return context.getService(sqlite)
                .page(PROBED, 0, 1, 1)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .get(0);
    }

    /** Whether a message sent now goes there. */
    private boolean isNewestIn(MessageStore store) throws Exception {
        readProbed();
        assertEquals(Fate.STORED, fateOfNext());
        return store.usage(PROBED)
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS)
                        .messages()
                == 1;
    }

    /** How many of nine messages come before the server asks for proof; proves and reads the rest, too. */
    private int comesUnproved() throws Exception {
        readProbed();
        for (int n = 0; n < 8; n++) {
            assertEquals(Fate.STORED, fateOfNext());
        }
        return readProbed().beforeTheFirstRequest();
    }

    /** Its owner reads all that waits, proves it and is gone. */
    private MailReader readProbed() throws Exception {
        String last = "last" + probes++;
        prober.message(PROBED.toString(), last);
        prober.ping(Server.DOMAIN, last);
        MailReader reader;
        try (PlainClient owner = server.login("rosaline")) {
            owner.send("<presence/>");
            reader = new MailReader(owner);
            reader.readTo(last);
            owner.ping(Server.DOMAIN, "read");
        }
        Server.until("nothing waits", () -> waiting() == 0);
        return reader;
    }
}
