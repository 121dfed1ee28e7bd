package im.restante.itests.client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Steady traffic while somebody changes settings: several senders write to an owner who is away and to one who is present, and
 * know of each message what became of it. At the end everything is compared with what was allowed while it was sent.
 */
public final class Traffic implements AutoCloseable {
    /** Every message has this child, for path rules: {@code /message/traffic}. */
    public static final String CHILD = "traffic";

    private static final String LAST = "last";
    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final String domain;
    private final String away;
    private final String present;
    private final Login login;
    private final List<Set<Fate>> phases = new CopyOnWriteArrayList<>();
    private final List<Sent> sent = Collections.synchronizedList(new ArrayList<>());
    private final AtomicIntegerArray progress;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final String lastSender;
    private final List<Future<?>> senders = new ArrayList<>();
    private final PlainClient presentClient;
    private final CompletableFuture<List<String>> presentGot = new CompletableFuture<>();
    private volatile boolean ended;

    /** Opens a session of a user. */
    @FunctionalInterface
    public interface Login {
        PlainClient as(String user) throws Exception;
    }

    private record Sent(String body, boolean refused, boolean refusedToPresent, Set<Fate> allowed) {}

    /**
     * Begins, with everything expected to be stored.
     *
     * @param senders users; {@code away} must be away, and stay so
     */
    public Traffic(String domain, List<String> senders, String away, String present, Login login) throws Exception {
        this.domain = domain;
        this.away = away;
        this.present = present;
        this.login = login;
        lastSender = senders.get(0);
        progress = new AtomicIntegerArray(senders.size());
        phases.add(EnumSet.of(Fate.STORED));
        presentClient = login.as(present);
        presentClient.send("<presence/>");
        presentClient.ping(domain, "here");
        threads.submit(() -> {
            try {
                presentGot.complete(new MailReader(presentClient).readTo(LAST));
            } catch (IOException | AssertionError e) {
                presentGot.completeExceptionally(e);
            }
        });
        for (int sender = 0; sender < senders.size(); sender++) {
            int number = sender;
            PlainClient client = login.as(senders.get(sender));
            this.senders.add(threads.submit(() -> send(client, number)));
        }
        flow(1);
    }

    /** From here on a message may meet this fate as well as the one before: a setting is about to change. */
    public void mayBecome(Fate fate) {
        Set<Fate> either = EnumSet.copyOf(phases.get(phases.size() - 1));
        either.add(fate);
        phases.add(either);
    }

    /** From here on this is what becomes of messages for the owner who is away: the change was seen. Lets some through. */
    public void becomes(Fate fate) throws Exception {
        phases.add(EnumSet.of(fate));
        flow(10);
    }

    /** Waits until each sender has sent that many more. */
    public void flow(int more) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        for (int sender = 0; sender < progress.length(); sender++) {
            int goal = progress.get(sender) + more;
            while (progress.get(sender) < goal) {
                if (senders.get(sender).isDone()) {
                    senders.get(sender).get(); // says why
                }
                if (System.nanoTime() > end) {
                    throw new AssertionError("sender " + sender + " stands still");
                }
                LockSupport.parkNanos(PACE_NANOS);
            }
        }
    }

    private Void send(PlainClient client, int sender) throws Exception {
        try (client) {
            for (int n = 0; !ended; n++) {
                int from = phases.size() - 1;
                String body = sender + "." + n;
                client.send(message(away, "away", body) + message(present, "present", body));
                String answers = client.answers(domain, "sent" + n);
                Set<Fate> allowed = EnumSet.noneOf(Fate.class);
                phases.subList(from, phases.size()).forEach(allowed::addAll);
                sent.add(new Sent(body, isRefused(answers, "away"), isRefused(answers, "present"), allowed));
                progress.incrementAndGet(sender);
                LockSupport.parkNanos(PACE_NANOS);
            }
        }
        return null;
    }

    private String message(String to, String id, String body) {
        return "<message type='chat' id='" + id + "' to='" + to + "@" + domain + "'><body>" + body + "</body><" + CHILD
                + " xmlns='urn:example:traffic'/></message>";
    }

    private static boolean isRefused(String answers, String id) {
        return answers.contains("id='" + id + "'") || answers.contains("id=\"" + id + "\"");
    }

    /**
     * Ends, has the owner who was away read everything, and gives what was wrong, a line each: none, if all is well. Everything
     * must be stored again by now.
     */
    public List<String> end() throws Exception {
        ended = true;
        for (Future<?> sender : senders) {
            sender.get(30, TimeUnit.SECONDS);
        }
        try (PlainClient one = login.as(lastSender)) {
            one.send(message(away, "away", LAST) + message(present, "present", LAST));
            one.ping(domain, "last");
        }
        List<String> wrong = new ArrayList<>();
        List<String> toPresent = presentGot.get(60, TimeUnit.SECONDS);
        presentClient.ping(domain, "read");
        List<String> toAway;
        try (PlainClient owner = login.as(away)) {
            owner.send("<presence/>");
            toAway = new MailReader(owner).readTo(LAST);
            owner.ping(domain, "read");
        }
        Map<String, Integer> gotAway = counted(toAway, away, wrong);
        Map<String, Integer> gotPresent = counted(toPresent, present, wrong);
        for (Sent one : sent) {
            Fate fate = one.refused ? Fate.REFUSED : gotAway.containsKey(one.body) ? Fate.STORED : Fate.DROPPED;
            if (!one.allowed.contains(fate)) {
                wrong.add(one.body + " to " + away + " was " + fate + " instead of " + one.allowed);
            }
            if (one.refused && gotAway.containsKey(one.body)) {
                wrong.add(one.body + " to " + away + " was refused and came");
            }
            if (one.refusedToPresent || !gotPresent.containsKey(one.body)) {
                wrong.add(one.body + " to " + present + (one.refusedToPresent ? " was refused" : " was lost"));
            }
        }
        return wrong;
    }

    /** How many messages were sent to each of the two owners. */
    public int count() {
        return sent.size();
    }

    /** How often each came; what came twice or too late goes to {@code wrong}. */
    private static Map<String, Integer> counted(List<String> bodies, String owner, List<String> wrong) {
        Map<String, Integer> times = new HashMap<>();
        Map<String, Integer> newest = new HashMap<>();
        for (String body : bodies) {
            String sender = body.substring(0, body.indexOf('.'));
            int number = Integer.parseInt(body.substring(body.indexOf('.') + 1));
            if (times.merge(body, 1, Integer::sum) > 1) {
                wrong.add(body + " came twice to " + owner);
            } else if (newest.getOrDefault(sender, -1) > number) {
                wrong.add(body + " came too late to " + owner);
            }
            newest.merge(sender, number, Math::max);
        }
        return times;
    }

    @Override
    public void close() throws IOException {
        ended = true;
        threads.shutdown();
        presentClient.close();
    }
}
