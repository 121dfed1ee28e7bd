package im.restante.itests.client;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Steady traffic while somebody changes the server: several senders write to owners who are away, who are present, and who come and
 * go, and know of each message what became of it. At the end everything is compared with what was allowed while it was sent.
 */
public final class Traffic implements AutoCloseable {
    /** Every message has this child, for path rules: {@code /message/traffic}. */
    public static final String CHILD = "traffic";

    private static final String LAST = "last";
    private static final Set<Fate> STORED = Set.of(Fate.STORED);
    private static final Duration VISIT = Duration.ofMillis(300);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long PATIENCE_SECONDS = 120;

    private final String domain;
    private final Cast cast;
    private final Login login;
    private final List<Phase> phases = new CopyOnWriteArrayList<>();
    private final List<Sent> sent = Collections.synchronizedList(new ArrayList<>());
    private final AtomicIntegerArray progress;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> senders = new ArrayList<>();
    private final List<PlainClient> presentClients = new ArrayList<>();
    private final Map<String, Future<List<String>>> readers = new HashMap<>();
    private final LongAccumulator longestNanos = new LongAccumulator(Math::max, 0);
    private final LongAdder refusals = new LongAdder();
    private volatile String during = "";
    private volatile boolean ended;

    /** Opens a session of a user. */
    @FunctionalInterface
    public interface Login {
        PlainClient as(String user) throws Exception;
    }

    /**
     * The users, each with one part. A sender writes to one of each kind; all are written to by equally many.
     *
     * @param away    they must be away, and stay so
     * @param present they read all the time
     * @param coming  they come, read for a moment and leave, again and again
     * @param pace    what a sender waits from an answer to the next messages
     */
    public record Cast(
            List<String> senders, List<String> away, List<String> present, List<String> coming, Duration pace) {
        private List<String> recipients(int sender) {
            List<String> recipients = new ArrayList<>();
            for (List<String> kind : List.of(away, present, coming)) {
                if (!kind.isEmpty()) {
                    recipients.add(kind.get(sender % kind.size()));
                }
            }
            return recipients;
        }

        private List<String> recipients() {
            List<String> recipients = new ArrayList<>(away);
            recipients.addAll(present);
            recipients.addAll(coming);
            return recipients;
        }
    }

    /** What is right for a while, by what owners do; {@code mayBeLate}: also behind later ones, for those who come and go. */
    private record Phase(Set<Fate> away, Set<Fate> coming, Set<Fate> present, boolean mayBeLate) {}

    private record Sent(String to, String body, boolean refused, Set<Fate> allowed, boolean mayBeLate, String during) {
        @Override
        public String toString() {
            return body + " to " + to + ", sent during '" + during + "',";
        }
    }

    /**
     * What the senders saw since they were last asked.
     *
     * @param longest the longest time that any of them waited for the proof that its messages had been accepted
     * @param refused messages that came back
     */
    public record Seen(Duration longest, long refused) {}

    /** Begins, with everything expected to be stored or handed over. */
    public Traffic(String domain, Cast cast, Login login) throws Exception {
        this.domain = domain;
        this.cast = cast;
        this.login = login;
        progress = new AtomicIntegerArray(cast.senders.size());
        phases.add(new Phase(STORED, STORED, STORED, false));
        for (String user : cast.present) {
            PlainClient client = login.as(user);
            presentClients.add(client);
            client.send("<presence/>");
            client.ping(domain, "here");
            readers.put(user, threads.submit(() -> new MailReader(client).readTo(LAST)));
        }
        for (String user : cast.coming) {
            readers.put(user, threads.submit(() -> comeAndGo(user)));
        }
        for (int sender = 0; sender < cast.senders.size(); sender++) {
            int number = sender;
            PlainClient client = login.as(cast.senders.get(sender));
            senders.add(threads.submit(() -> send(client, number)));
        }
        flow(1);
    }

    private Phase now() {
        return phases.get(phases.size() - 1);
    }

    private static Set<Fate> also(Set<Fate> fates, Fate fate) {
        Set<Fate> more = EnumSet.copyOf(fates);
        more.add(fate);
        return more;
    }

    /** From here on a message for somebody away may meet this fate as well as the one before: a setting is about to change. */
    public void mayBecome(Fate fate) {
        phases.add(new Phase(also(now().away, fate), now().coming, now().present, now().mayBeLate));
    }

    /** The same of every message that has to be stored, so also of one for somebody who comes and goes. */
    public void mayBecomeIfStored(Fate fate) {
        phases.add(new Phase(also(now().away, fate), also(now().coming, fate), now().present, now().mayBeLate));
    }

    /** The same of every message. */
    public void mayAllBecome(Fate fate) {
        phases.add(new Phase(
                also(now().away, fate), also(now().coming, fate), also(now().present, fate), now().mayBeLate));
    }

    /** What is done to the server from here on: what is wrong is told with it. */
    public void during(String what) {
        during = what;
    }

    /** From here on, whether messages for those who come and go may come behind later ones. */
    public void mayComeLate(boolean may) {
        phases.add(new Phase(now().away, now().coming, now().present, may));
    }

    /**
     * From here on this is what becomes of messages for owners who are away, and the others get theirs: the change was seen. Lets
     * some through.
     */
    public void becomes(Fate fate) throws Exception {
        phases.add(new Phase(Set.of(fate), STORED, STORED, now().mayBeLate));
        flow(10);
    }

    /** Waits until each sender has sent that many more. */
    public void flow(int more) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        int[] goals = IntStream.range(0, progress.length())
                .map(sender -> progress.get(sender) + more)
                .toArray();
        for (int sender = 0; sender < goals.length; sender++) {
            while (progress.get(sender) < goals[sender]) {
                complain();
                if (System.nanoTime() > end) {
                    throw new AssertionError("sender " + sender + " stands still");
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    /** Somebody whose connection was cut, or who waited in vain, says so. */
    private void complain() throws Exception {
        for (Future<?> sender : senders) {
            if (sender.isDone()) {
                sender.get();
            }
        }
        for (Future<?> reader : readers.values()) {
            if (reader.isDone()) {
                reader.get();
            }
        }
    }

    /** What was seen since this was last asked; a wait that is not over counts next time. */
    public Seen seen() {
        return new Seen(Duration.ofNanos(longestNanos.getThenReset()), refusals.sumThenReset());
    }

    private Void send(PlainClient client, int sender) throws Exception {
        List<String> recipients = cast.recipients(sender);
        try (client) {
            for (int n = 0; !ended; n++) {
                int from = phases.size() - 1;
                String before = during;
                String body = sender + "." + n;
                StringBuilder messages = new StringBuilder();
                recipients.forEach(to -> messages.append(message(to, body)));
                long begun = System.nanoTime();
                client.send(messages.toString());
                String answers = client.answers(domain, "sent" + n);
                longestNanos.accumulate(System.nanoTime() - begun);
                List<Phase> all = List.copyOf(phases); // a part of the list itself must not be read while it grows
                List<Phase> meanwhile = all.subList(from, all.size());
                for (String to : recipients) {
                    Sent one = sent(to, body, answers, meanwhile, before);
                    sent.add(one);
                    refusals.add(one.refused ? 1 : 0);
                }
                progress.incrementAndGet(sender);
                LockSupport.parkNanos(cast.pace.toNanos());
            }
        }
        return null;
    }

    private Sent sent(String to, String body, String answers, List<Phase> meanwhile, String before) {
        boolean coming = cast.coming.contains(to);
        Set<Fate> allowed = EnumSet.noneOf(Fate.class);
        for (Phase phase : meanwhile) {
            allowed.addAll(cast.away.contains(to) ? phase.away : coming ? phase.coming : phase.present);
        }
        boolean mayBeLate = coming && meanwhile.stream().anyMatch(Phase::mayBeLate);
        boolean refused = answers.contains("id='" + to + "'") || answers.contains("id=\"" + to + "\"");
        return new Sent(to, body, refused, allowed, mayBeLate, before);
    }

    private String message(String to, String body) {
        return "<message type='chat' id='" + to + "' to='" + to + "@" + domain + "'><body>" + body + "</body><" + CHILD
                + " xmlns='urn:example:traffic'/></message>";
    }

    private List<String> comeAndGo(String user) throws Exception {
        List<String> bodies = new ArrayList<>();
        while (!ended) {
            try (PlainClient client = login.as(user)) {
                client.send("<presence/>");
                bodies.addAll(new MailReader(client).readAndLeave(domain, VISIT));
            }
        }
        return bodies;
    }

    /**
     * Ends, has everybody read everything, and gives what was wrong, a line each: none, if all is well. Everything must be stored
     * again by now.
     */
    public List<String> end() throws Exception {
        ended = true;
        for (Future<?> sender : senders) {
            sender.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        try (PlainClient one = login.as(cast.senders.get(0))) {
            for (String to : cast.recipients()) {
                one.send(message(to, LAST));
            }
            one.ping(domain, "last");
        }
        List<String> wrong = new ArrayList<>();
        Map<String, List<Sent>> sentTo = sent.stream().collect(groupingBy(Sent::to));
        for (String owner : cast.recipients()) {
            List<String> got = new ArrayList<>();
            if (readers.containsKey(owner)) {
                got.addAll(readers.get(owner).get(PATIENCE_SECONDS, TimeUnit.SECONDS));
            }
            if (!cast.present.contains(owner) && !got.remove(LAST)) {
                got.addAll(readToTheEnd(owner));
            }
            judge(owner, sentTo.get(owner), got, wrong);
        }
        for (PlainClient client : presentClients) {
            client.ping(domain, "read");
        }
        return wrong;
    }

    private List<String> readToTheEnd(String owner) throws Exception {
        try (PlainClient client = login.as(owner)) {
            client.send("<presence/>");
            List<String> got = new MailReader(client).readTo(LAST);
            client.ping(domain, "read");
            return got;
        }
    }

    private static void judge(String owner, List<Sent> sent, List<String> got, List<String> wrong) {
        Map<String, Sent> byBody = sent.stream().collect(toMap(Sent::body, one -> one));
        Map<String, Integer> times = new HashMap<>();
        Map<String, Integer> newest = new HashMap<>();
        for (String body : got) {
            String sender = body.substring(0, body.indexOf('.'));
            int number = Integer.parseInt(body.substring(body.indexOf('.') + 1));
            if (times.merge(body, 1, Integer::sum) > 1) {
                wrong.add(byBody.get(body) + " came twice");
            } else if (newest.getOrDefault(sender, -1) > number && !byBody.get(body).mayBeLate) {
                wrong.add(byBody.get(body) + " came behind " + sender + "." + newest.get(sender));
            }
            newest.merge(sender, number, Math::max);
        }
        for (Sent one : sent) {
            boolean came = times.containsKey(one.body);
            Fate fate = one.refused ? Fate.REFUSED : came ? Fate.STORED : Fate.DROPPED;
            if (!one.allowed.contains(fate)) {
                wrong.add(one + " was " + fate + " instead of " + one.allowed);
            }
            if (one.refused && came) {
                wrong.add(one + " was refused and came");
            }
        }
    }

    /** How many messages came back since this was last asked by {@link #seen}. */
    public long refused() {
        return refusals.sum();
    }

    /** How many messages were sent. */
    public int count() {
        return sent.size();
    }

    @Override
    public void close() throws IOException {
        ended = true;
        threads.shutdown();
        for (PlainClient client : presentClients) {
            client.close();
        }
    }
}
