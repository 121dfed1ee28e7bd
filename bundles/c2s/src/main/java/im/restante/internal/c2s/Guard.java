package im.restante.internal.c2s;

import im.restante.internal.support.LogLimit;
import im.restante.internal.support.MemoryBudget;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Tally;
import im.restante.jid.Jid;
import im.restante.limit.Limits;
import im.restante.limit.Permission;
import im.restante.limit.Rates;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the {@link Limits} present, and grants everything while there are none or where they throw. Says in the log who was refused
 * what, in one form that programs read: {@code refused WHAT from ADDRESS: WHY}. Safe for concurrent use.
 */
final class Guard {
    private static final Logger LOG = LoggerFactory.getLogger(Guard.class);

    /** The name is part of the form. */
    private static final Logger OFFENCES = LoggerFactory.getLogger("im.restante.offence");

    private final Consumer<String> offences;
    /** Without {@link Limits}. */
    private static final int ONE_ACCOUNT = 1;

    private static final int ADDRESSES = 1_024;
    private static final long BETWEEN_LINES = Duration.ofSeconds(1).toNanos();

    private final Tally logins = new Tally("right", "wrong", "refused");
    /** Those that our own limits say are told from the beginning. */
    private final Tally refusals = new Tally(
            "connections-per-address",
            "connections-per-minute",
            "login-delay",
            "logins-per-minute",
            "registrations-per-minute");

    private final LogLimit faults = LogLimit.perMinute(System::nanoTime);

    /** When the last line was written of a connection refused: they cost their sender nothing. Guarded by itself. */
    private final Map<Object, Long> saidOf = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Long> eldest) {
            return size() > ADDRESSES;
        }
    };

    private volatile Limits limits;

    Guard() {
        this(OFFENCES::info);
    }

    /** @param offences gets the lines for programs */
    Guard(Consumer<String> offences) {
        this.offences = offences;
    }

    /** @param present null: none are */
    void limits(Limits present) {
        limits = present;
    }

    /** Null if none are present. */
    Limits limits() {
        return limits;
    }

    /** By outcome: {@code right}, {@code wrong}, {@code refused}. */
    Tally logins() {
        return logins;
    }

    /** By limit. */
    Tally refusals() {
        return refusals;
    }

    boolean isProxy(InetAddress peer) {
        return asked(limits, l -> l.isProxy(peer), false);
    }

    /**
     * A client has connected.
     *
     * @param at the limits that are asked, and count it if this grants; may be null
     */
    Permission connect(Limits at, InetAddress client) {
        Permission answer = asked(at, l -> l.connect(client), Permission.GRANTED);
        if (answer instanceof Permission.Refused refused) {
            refusals.add(refused.limit());
            if (isNews(client)) {
                say("connection", client, refused.limit());
            }
        }
        return answer;
    }

    Permission login(InetAddress client, Jid account) {
        Permission answer = said("login", client, asked(limits, l -> l.login(client, account), Permission.GRANTED));
        if (answer instanceof Permission.Refused) {
            logins.add("refused");
        }
        return answer;
    }

    void loginEnded(InetAddress client, Jid account, boolean right) {
        logins.add(right ? "right" : "wrong");
        if (!right) {
            say("login", client, "wrong-credentials");
        }
        tell(limits, l -> l.loginEnded(client, account, right));
    }

    Permission register(InetAddress client) {
        return said("registration", client, asked(limits, l -> l.register(client), Permission.GRANTED));
    }

    int accountsPerConnection() {
        return asked(limits, Limits::accountsPerConnection, ONE_ACCOUNT);
    }

    /** Heap for stanzas of all connections, in bytes. */
    long memoryBudget() {
        return MemoryBudget.bytes(asked(limits, Limits::memoryBudgetBytes, -1L));
    }

    Rates rates(InetAddress client) {
        return asked(limits, l -> l.rates(client), Rates.NONE);
    }

    /** Tells something. @param at may be null */
    void tell(Limits at, Consumer<Limits> what) {
        asked(
                at,
                l -> {
                    what.accept(l);
                    return true;
                },
                true);
    }

    private <T> T asked(Limits at, Function<Limits, T> question, T otherwise) {
        if (at == null) {
            return otherwise;
        }
        try {
            T answer = question.apply(at);
            return answer == null ? otherwise : answer;
        } catch (Throwable e) { // a LinkageError when bundles are exchanged
            OutOfMemory.endsProcess(e);
            if (faults.isDue()) {
                LOG.error("{} failed; nothing is limited by it{}", at.getClass().getName(), faults.more(), e);
            }
            return otherwise;
        }
    }

    private Permission said(String what, InetAddress client, Permission answer) {
        if (answer instanceof Permission.Refused refused) {
            refusals.add(refused.limit());
            say(what, client, refused.limit());
        }
        return answer;
    }

    private void say(String what, InetAddress client, String why) {
        offences.accept("refused " + what + " from " + numeric(client) + ": " + why);
    }

    /** Without the zone of a link-local address, which is this machine's and not the client's. */
    static String numeric(InetAddress client) {
        String text = client.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    /** The address, or the /64 of IPv6, that counts as one. */
    static Object network(InetAddress client) {
        byte[] bytes = client.getAddress();
        return bytes.length == Integer.BYTES
                ? client
                : (Object) ByteBuffer.wrap(bytes).getLong();
    }

    private boolean isNews(InetAddress client) {
        Object address = network(client);
        long now = System.nanoTime();
        synchronized (saidOf) {
            Long last = saidOf.get(address);
            if (last != null && now - last < BETWEEN_LINES) {
                return false;
            }
            saidOf.remove(address); // to the end of the queue
            saidOf.put(address, now);
            return true;
        }
    }
}
