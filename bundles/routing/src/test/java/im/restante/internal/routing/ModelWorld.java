package im.restante.internal.routing;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.internal.spool.SpoolHost;
import im.restante.internal.spool.SpoolSettings;
import im.restante.jid.Jid;
import im.restante.session.ClientConnection;
import im.restante.session.ClientSession;
import im.restante.session.CloseReason;
import im.restante.session.Outbound;
import im.restante.session.ProofPolicy;
import im.restante.spool.Envelope;
import im.restante.spool.OwnerSpools;
import im.restante.stanza.Stanza;
import im.restante.store.Fence;
import im.restante.store.StoredMessage;
import im.restante.xml.StreamCondition;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Senders, owners and their connections around routing and the spool, all driven by a seed in one thread; and the model: who must
 * have what. {@link #live} makes a life of so many steps, {@link #end} brings it to its end and checks what must be true then.
 */
final class ModelWorld {
    private static final long START = 1_800_000_000_000L;
    private static final Pattern MAIL = Pattern.compile("<body>(m\\d+)</body>");
    private static final Pattern STANZA_ID = Pattern.compile("<stanza-id [^>]*id='([^']+)'");
    private static final Pattern REFUSED = Pattern.compile("^<message [^>]*\\bid='(m\\d+)'");
    private static final int SENDERS = 3;
    /** Within so many seconds whoever proves what he is given has everything. */
    private static final int PATIENCE = 60;
    /** And by so many exchanges a second, which nobody needs. */
    private static final int TURNS = 10_000;

    private final Random random;
    private final List<String> history = new ArrayList<>();
    private final Map<String, Mail> mails = new LinkedHashMap<>();
    private final Map<Long, Mail> byId = new HashMap<>();
    private final List<Person> people = new ArrayList<>();
    private final List<Sender> senders = new ArrayList<>();
    private final Server.FakeUsers users = new Server.FakeUsers();
    private final Map<String, Object> properties = new HashMap<>();
    private final boolean journal;
    /** Whether the journal is switched on and off under way. */
    private final boolean switches;
    /** Whether sessions ask by hand for what waits. */
    private final boolean holds;

    private final ModelStore store;
    private ModelWorkers workers;
    private SpoolHost spool;
    private DefaultSessionManager host;
    private boolean vanished;
    /** Connections throw errors, now and then. */
    private boolean throwing;

    /** What the clock showed before it was set back: a server that starts again begins its ids above the time. */
    private long latest;

    private int troubles;
    private AssertionError finding;
    /** What was given to the spool and has no verdict. */
    private final Map<Envelope, Jid> undecided = new IdentityHashMap<>();

    private int depth;
    private int visits;

    /** One message, and what became of it. */
    private static final class Mail {
        final String body;
        final Person to;
        long id;
        String stanzaId;
        boolean decided;
        boolean refused;
        /** Nobody can demand it: it was on its way live when a connection without acknowledgements, or the server, broke. */
        boolean excused;
        /**
         * Its removal was not committed when the server was killed; or one of several sessions gave it back, and another, that
         * was offered it too, was not present any more.
         */
        boolean mayRepeat;

        boolean got;
        boolean proved;
        /** A session gave it back: its client may have it, and nobody can tell. */
        boolean givenBack;
        /** Its deadline has passed. */
        boolean expired;
        /** How often there had been trouble when it was sent; -1: there was just then. */
        int troublesBefore;

        Mail(String body, Person to) {
            this.body = body;
            this.to = to;
        }

        boolean isDue() {
            return decided && !refused && !excused && !got;
        }
    }

    /** Somebody with a spool. A loner has one session at a time, and everything to him is addressed to his account. */
    private static final class Person {
        final Jid jid;
        final boolean loner;
        final List<Visit> visits = new ArrayList<>();
        /** Those that deal by hand with what waits (XEP-0013): while one of them lives nobody is given it. */
        final Set<Visit> askers = new LinkedHashSet<>();
        /** Of what waits while it is held, what is known to have come before anybody was there. */
        Set<Long> keptBack = Set.of();
        /** What was held comes behind what came meanwhile: until all of it is here there is no order. */
        boolean mixed;

        long provedUpTo;

        Person(Jid jid, boolean loner) {
            this.jid = jid;
            this.loner = loner;
        }
    }

    /** One connection of a person. */
    private final class Visit implements ModelLink.Client {
        final String name;
        final Person person;
        final Set<Long> got = new HashSet<>();
        ModelLink link;
        ClientSession session;
        boolean accepting;
        boolean ending;
        /** It has said that it is there, or not. */
        boolean spoke;
        /** It said last that it is there, for whatever comes. */
        boolean wantsMail;
        /** The same, and nothing has gone wrong with it since. */
        boolean available;

        long last;
        /** What is left of the last connection, while the client may come back to the session. */
        Away away;

        Visit(String name, Person person) {
            this.name = name;
            this.person = person;
        }

        @Override
        public void receives(long id, byte[] xml) {
            String text = new String(xml, UTF_8);
            Mail mail = mails.get(found(MAIL, text));
            note("gets " + mail.body + " " + id);
            check(mail.to == person, "somebody else's");
            check(!mail.refused || mail.givenBack, "its sender was told that it failed: " + mail.body);
            String stanzaId = found(STANZA_ID, text);
            check(mail.id == 0 || mail.id == id, "another id");
            check(mail.stanzaId == null || mail.stanzaId.equals(stanzaId), "another stanza-id");
            check(got.add(id) || mail.mayRepeat, "twice in one session: " + mail.body);
            check(!person.keptBack.contains(id), "although it was held: " + mail.body);
            if (person.loner && !(mail.decided && mail.refused)) {
                check(!mail.proved || mail.mayRepeat, "again after it was proved: " + mail.body);
                if (!person.mixed) {
                    check(id > last, "out of order: " + mail.body);
                    check(
                            id > person.provedUpTo || mail.mayRepeat,
                            "after later ones were proved: " + mail.body + ", up to " + person.provedUpTo);
                }
                last = id;
            }
            mail.id = id;
            byId.put(id, mail);
            mail.stanzaId = stanzaId;
            mail.got = true;
        }

        @Override
        public void proved(long id) {
            Mail mail = byId.get(id);
            mail.proved = true;
            if (!(mail.decided && mail.refused)) {
                person.provedUpTo = Math.max(person.provedUpTo, id);
            }
        }

        @Override
        public void lost(byte[] xml) {
            Mail mail = mail(xml);
            note("may never get " + mail.body);
            mail.excused = true;
        }

        @Override
        public void note(String what) {
            ModelWorld.this.note(name + ' ' + what);
        }

        @Override
        public void mustEnd() {
            note("must end");
            workers.execute(this::endAsTold);
        }

        private void endAsTold() {
            if (accepting) {
                workers.execute(this::endAsTold);
            } else if (away == null) {
                leave(this, false);
            } else {
                expire(this);
            }
        }

        @Override
        public void meanwhile() {
            ModelWorld.this.meanwhile();
        }

        @Override
        public void mayThrow() {
            if (throwing && random.nextInt(4) == 0) {
                note("throws an error");
                if (random.nextBoolean()) {
                    throw new StackOverflowError("made up");
                }
                throw new IllegalStateException("made up");
            }
        }

        /** Its client may say that it is there before it has ended: then it is given once more what it has. */
        @Override
        public void failed() {
            available = false;
            link.rowsOnTheirWay().forEach(row -> mail(row.stanza()).mayRepeat = true);
            link.rowsUnproved().forEach(id -> byId.get(id).mayRepeat = true);
            mustEnd();
        }
    }

    /** A connection that was cut, and whose client may come back (XEP-0198 §5). */
    private static final class Away {
        final ClientSession session;
        /** Ids of what the client had not acknowledged. */
        List<Long> sent = List.of();

        /** How many of them it has got. */
        int got;

        /** Null while the session is being told. */
        CompletionStage<Void> durable;

        /** The client is here again, or will not come. */
        boolean taken;

        boolean expired;

        Away(ClientSession session) {
            this.session = session;
        }
    }

    /** Somebody who writes; his connection takes everything at once. */
    private final class Sender implements ClientConnection {
        ClientSession session;
        boolean accepting;

        @Override
        public boolean offer(Outbound stanza) {
            String refused = found(REFUSED, new String(stanza.xml(), UTF_8));
            if (refused != null) {
                refused(mails.get(refused));
            }
            return true;
        }

        @Override
        public CompletionStage<Void> sendStored(
                List<StoredMessage> messages, ProofPolicy proof, Consumer<Collection<Long>> told) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Void> sendCopies(List<Outbound> copies, Duration timeout) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void afterPending(Runnable task) {
            task.run();
        }

        @Override
        public void close(StreamCondition condition, String text) {}

        @Override
        public String remote() {
            return "127.0.0.1:50001";
        }

        @Override
        public boolean encrypted() {
            return true;
        }
    }

    ModelWorld(long seed) {
        random = new Random(seed);
        holds = seed % 3 == 0;
        store = new ModelStore(random, this::meanwhile, this::note);
        journal = random.nextInt(3) == 0;
        switches = random.nextInt(4) == 0;
        properties.putAll(Map.of(
                "journal", Boolean.toString(journal),
                "window", oneOf("1", "2", "3", "5", "8", "20"),
                "window-bytes", oneOf("1", "600", "262144"),
                "spill-limit", oneOf("2", "10000", "10000")));
        note("settings " + properties);
        for (int i = random.nextInt(3); i >= 0; i--) {
            people.add(new Person(Jid.of("owner" + i + "@localhost"), random.nextBoolean()));
        }
        start();
    }

    private void start() {
        workers = new ModelWorkers(random, workers == null ? START : Math.max(latest, workers.now()) + 1000);
        store.restart(workers);
        Set<Jid> existing = ConcurrentHashMap.newKeySet();
        people.forEach(person -> existing.add(person.jid));
        existing.add(Server.JULIET);
        Server.FakeRoster roster = new Server.FakeRoster();
        spool = new SpoolHost(
                Server.DOMAIN, roster, owner -> Fence.HERE, workers.clock(), workers, SpoolSettings.of(properties));
        host = new DefaultSessionManager(
                Server.DOMAIN,
                Server.CODEC,
                Server.accounts(existing),
                roster,
                watched(spool),
                new Registry(),
                new ServerStanzaSender(Server.INFO, Server.CODEC, () -> workers.now() * 1_000_000, workers, workers),
                workers.clock(),
                () -> workers.now() * 1_000_000,
                workers,
                RoutingSettings.of(properties));
        spool.setDelivery(store);
        host.setDelivery(store);
        spool.setSecrets(users);
        vanished = false;
        throwing = false;
        undecided.clear();
        senders.clear();
        for (int i = 0; i < SENDERS; i++) {
            Sender sender = new Sender();
            host.bind(Server.JULIET, "s" + i, sender).thenAccept(session -> sender.session = session);
            senders.add(sender);
        }
        runAll();
    }

    /** The same, and what has no verdict yet is known. */
    private OwnerSpools watched(OwnerSpools real) {
        return (OwnerSpools) Proxy.newProxyInstance(
                OwnerSpools.class.getClassLoader(), new Class<?>[] {OwnerSpools.class}, (proxy, method, arguments) -> {
                    Object answer = method.invoke(real, arguments);
                    if (method.getName().equals("deliver")) {
                        Envelope envelope = (Envelope) arguments[1];
                        undecided.put(envelope, (Jid) arguments[0]);
                        ((CompletionStage<?>) answer).thenRun(() -> undecided.remove(envelope));
                    }
                    return answer;
                });
    }

    /** The deadline of some passes. */
    private void deadlines() {
        undecided.entrySet().stream()
                .sorted(Comparator.comparing(open -> mail(open.getKey().xml()).body))
                .toList()
                .forEach(open -> {
                    if (random.nextBoolean()) {
                        Mail mail = mail(open.getKey().xml());
                        note("too late for " + mail.body);
                        mail.expired = true;
                        spool.expire(open.getValue(), open.getKey());
                    }
                });
    }

    private boolean isIll() {
        return store.isIll() || vanished || throwing;
    }

    /** A sender is told that his message was not taken. */
    private void refused(Mail mail) {
        note(mail.body + " is refused");
        check(!mail.got || mail.givenBack, "refused, and delivered: " + mail.body);
        boolean trouble = mail.troublesBefore != troubles || isIll();
        check(mail.expired || trouble || isSpilled(mail), "refused without a cause: " + mail.body);
        mail.refused = true;
    }

    /** Whether so many wait for its recipient that no more need be taken. */
    private boolean isSpilled(Mail mail) {
        long waiting = store.spool(mail.to.jid).size()
                + undecided.values().stream().filter(mail.to.jid::equals).count();
        return Math.max(waiting, store.waiting(mail.to.jid))
                >= Long.parseLong(properties.get("spill-limit").toString());
    }

    List<String> history() {
        return history;
    }

    private void note(String what) {
        history.add(what);
    }

    /** What is found while the server calls, who may catch it, ends the life at its next step. */
    private void check(boolean holds, String otherwise) {
        if (!holds) {
            note("FOUND: " + otherwise);
            finding = finding == null ? new AssertionError(otherwise) : finding;
            throw finding;
        }
    }

    private void throwFinding() {
        if (finding != null) {
            throw finding;
        }
    }

    private String oneOf(String... values) {
        return values[random.nextInt(values.length)];
    }

    private <T> T oneOf(List<T> values) {
        return values.isEmpty() ? null : values.get(random.nextInt(values.size()));
    }

    private Mail mail(byte[] xml) {
        return mails.get(found(MAIL, new String(xml, UTF_8)));
    }

    private static String found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : null;
    }

    // ---- life

    void live(int steps) {
        for (int i = 0; i < steps; i++) {
            step(random.nextInt(100));
            throwFinding();
        }
    }

    private void step(int dice) {
        if (dice < 45) {
            workers.runOne();
        } else if (dice < 62) {
            send();
        } else if (dice < 85) {
            connection();
        } else if (dice < 90) {
            comeAndGo();
        } else if (dice < 94) {
            if (holds && random.nextInt(3) == 0) {
                ask();
            } else {
                presence();
            }
        } else if (dice < 97) {
            trouble();
        } else {
            workers.pass(Duration.ofMillis(random.nextInt(700)));
        }
    }

    /** What other threads do while the server calls its store or a connection. */
    private void meanwhile() {
        if (depth < 2 && random.nextInt(3) == 0) {
            depth++;
            for (int i = random.nextInt(3); i >= 0; i--) {
                step(random.nextInt(85));
            }
            depth--;
        }
    }

    private void send() {
        Sender sender = oneOf(
                senders.stream().filter(s -> !s.accepting && s.session != null).toList());
        if (sender == null) {
            return;
        }
        Person person = oneOf(people);
        Mail mail = new Mail("m" + mails.size(), person);
        mails.put(mail.body, mail);
        mail.troublesBefore = isIll() ? -1 : troubles;
        Visit visit = person.loner || random.nextInt(4) > 0 ? null : oneOf(bound(person));
        Jid to = visit == null ? person.jid : visit.session.jid();
        note("send " + mail.body + " to " + to);
        String xml =
                "<message to='" + to + "' type='chat' id='" + mail.body + "'><body>" + mail.body + "</body></message>";
        sender.accepting = true;
        CompletionStage<?> outcome =
                sender.session.accept(Stanza.of(Server.xml(xml)).orElseThrow());
        sender.accepting = false;
        outcome.thenRun(() -> {
            mail.decided = true;
            note(mail.body + (mail.refused ? " refused" : " accepted"));
        });
    }

    private static List<Visit> bound(Person person) {
        return person.visits.stream().filter(v -> v.session != null).toList();
    }

    private List<Visit> everybody() {
        return people.stream().flatMap(person -> bound(person).stream()).toList();
    }

    private void connection() {
        Visit visit = oneOf(everybody());
        if (visit == null) {
            return;
        }
        int some = 1 + random.nextInt(6);
        switch (random.nextInt(4)) {
            case 0 -> visit.link.write(some);
            case 1 -> visit.link.arrive(some);
            case 2 -> {
                note(visit.name + " proves");
                visit.link.prove(some);
            }
            default -> visit.link.settle();
        }
    }

    private void comeAndGo() {
        Person person = oneOf(people);
        Visit old = oneOf(bound(person));
        Visit away = oneOf(away(person));
        if (away != null && random.nextInt(3) == 0) {
            if (random.nextInt(4) == 0) {
                expire(away);
            } else if (!person.loner || nobodyIsHere(person)) {
                resume(away);
            }
        } else if (old != null && (person.loner || random.nextBoolean())) {
            if (old.link.acknowledges() && random.nextInt(3) > 0) {
                suspend(old);
            } else {
                leave(old, random.nextInt(3) == 0);
            }
        } else if (person.loner
                ? nobodyIsHere(person)
                : person.visits.size() - away(person).size() < 3) {
            come(person);
        }
    }

    /** Nor on the way in or out. */
    private static boolean nobodyIsHere(Person person) {
        return person.visits.size() == away(person).size();
    }

    private static List<Visit> away(Person person) {
        return person.visits.stream()
                .filter(v -> v.away != null && !v.away.taken)
                .toList();
    }

    /** The connection is cut, and the client may come back. */
    private void suspend(Visit visit) {
        if (visit.ending || visit.accepting) {
            return;
        }
        Away away = new Away(visit.session);
        visit.session = null;
        visit.ending = true;
        away.taken = true;
        visit.away = away;
        note(visit.name + " is cut and may come back");
        away.durable = away.session.suspended(() -> {
            meanwhile();
            away.sent = visit.link.unproved();
            away.got = visit.link.arrivedUnproved();
            List<Outbound> unsent = visit.link.end(false);
            note(visit.name + " had got " + away.got + " of " + away.sent + ", unsent "
                    + unsent.stream().map(stanza -> stanza.arrival().id()).toList());
            unsent.forEach(stanza -> mail(stanza.xml()).givenBack = true);
            if (!visit.person.loner) {
                unsent.forEach(stanza -> mail(stanza.xml()).mayRepeat = true);
            }
            return unsent;
        });
        away.taken = false;
        if (away.expired) {
            expire(visit);
        }
    }

    /** The client of a connection that was cut does not come back. */
    private void expire(Visit visit) {
        Away away = visit.away;
        if (away.taken) {
            away.expired |= away.durable == null;
            return;
        }
        away.taken = true;
        note(visit.name + " does not come back");
        asksNoMore(visit);
        away.session.ended(CloseReason.CUT, List.of()).thenRun(() -> visit.person.visits.remove(visit));
    }

    /** The client is back, and waits until all is durable. */
    private void resume(Visit visit) {
        note(visit.name + " resumes");
        visit.away.taken = true;
        visit.away.durable.thenRun(() -> goOn(visit));
    }

    private void goOn(Visit visit) {
        Away away = visit.away;
        int h = random.nextInt(5) > 0 ? away.got : random.nextInt(away.got + 1);
        List<Long> received = List.copyOf(away.sent.subList(0, h));
        List<Long> forgotten = away.sent.subList(h, away.got);
        boolean alone = visit.person.visits.stream().allMatch(v -> v == visit || v.away != null);
        note(visit.name + " is back and has " + received
                + (forgotten.isEmpty() ? "" : ", knows nothing of " + forgotten));
        received.forEach(visit::proved);
        if (!alone) {
            received.forEach(id -> byId.get(id).mayRepeat = true);
        }
        forgotten.forEach(id -> {
            byId.get(id).mayRepeat = true;
            visit.last = Math.min(visit.last, id - 1);
        });
        visit.link = new ModelLink(visit, true, random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 1000);
        visit.away = null;
        visit.ending = false;
        try {
            away.session.resumed(visit.link, received, List.of());
        } catch (IllegalStateException | StackOverflowError e) { // its connection ends, as c2s has it
            note(visit.name + " cannot go on: " + e.getMessage());
            visit.session = away.session;
            leave(visit, false);
            return;
        }
        visit.session = away.session;
    }

    private Visit come(Person person) {
        Visit visit = new Visit("v" + visits++, person);
        boolean acknowledges = random.nextBoolean();
        int bound = random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 1000;
        visit.link = new ModelLink(visit, acknowledges, bound);
        person.visits.add(visit);
        String resource = "r" + random.nextInt(3);
        note(visit.name + " comes as " + person.jid + "/" + resource + (acknowledges ? " with" : " without")
                + " stream management, bound " + bound);
        host.bind(person.jid, resource, visit.link).whenComplete((session, problem) -> {
            if (problem != null) {
                throw new AssertionError(problem);
            }
            visit.session = session;
            if (random.nextInt(5) > 0) {
                say(visit, "<presence/>");
            }
        });
        return visit;
    }

    private void leave(Visit visit, boolean orderly) {
        if (visit.ending || visit.session == null || visit.accepting) {
            return;
        }
        visit.ending = true;
        ClientSession session = visit.session;
        visit.session = null;
        asksNoMore(visit);
        List<Outbound> unsent = visit.link.end(orderly);
        note(visit.name + (orderly ? " leaves in order" : " is cut") + ", unsent "
                + unsent.stream().map(stanza -> stanza.arrival().id()).toList());
        unsent.forEach(stanza -> mail(stanza.xml()).givenBack = true);
        if (!visit.person.loner) {
            unsent.forEach(stanza -> mail(stanza.xml()).mayRepeat = true);
        }
        if (random.nextBoolean()) {
            workers.runOne();
        }
        session.ended(orderly ? CloseReason.ORDERLY : CloseReason.CUT, unsent)
                .thenRun(() -> visit.person.visits.remove(visit));
    }

    private void presence() {
        Visit visit = oneOf(everybody());
        if (visit == null || visit.accepting) {
            return;
        }
        if (random.nextInt(4) == 0) {
            visit.link.busy();
        }
        say(
                visit,
                oneOf(
                        "<presence/>",
                        "<presence/>",
                        "<presence><priority>-1</priority></presence>",
                        "<presence type='unavailable'/>"));
    }

    /** Deals by hand with what waits. */
    private void ask() {
        Visit visit = oneOf(everybody());
        if (visit == null || visit.accepting) {
            return;
        }
        Person person = visit.person;
        note(visit.name + " asks what waits");
        if (!visit.spoke && person.visits.size() == 1) { // nobody was there, and nothing is on its way
            person.keptBack = Set.copyOf(store.spool(person.jid).keySet());
        }
        person.askers.add(visit);
        person.mixed = true;
        host.hold(visit.session.jid());
    }

    /** Most of them do, and what they held goes to who is there. */
    private void endUnlessItStays(Visit asker) {
        if (random.nextInt(4) == 0) {
            note(asker.name + " goes on asking");
        } else if (asker.away == null) {
            leave(asker, random.nextBoolean());
        } else {
            expire(asker);
        }
    }

    /** Before the server knows that it has ended, and lets go. */
    private static void asksNoMore(Visit visit) {
        visit.person.askers.remove(visit);
        if (visit.person.askers.isEmpty()) {
            visit.person.keptBack = Set.of();
        }
    }

    private void say(Visit visit, String presence) {
        note(visit.name + " says " + presence);
        visit.spoke = true;
        visit.available = presence.equals("<presence/>");
        visit.wantsMail = visit.available;
        visit.accepting = true;
        visit.session.accept(Stanza.of(Server.xml(presence)).orElseThrow());
        visit.accepting = false;
    }

    private void trouble() {
        troubles++;
        switch (random.nextInt(13)) {
            case 0 -> {
                note("the store stalls");
                store.stall(true);
            }
            case 1 -> {
                note("the store goes on");
                store.stall(false);
            }
            case 2 -> {
                note("the store fails");
                store.fail(true);
            }
            case 3 -> {
                note("the store works");
                store.fail(false);
            }
            case 4 -> {
                note("deadlines pass");
                deadlines();
            }
            case 5 -> vanish(true);
            case 6 -> vanish(false);
            case 7 -> {
                if (switches) {
                    set("journal", oneOf("true", "false"));
                }
            }
            case 8 -> set("window", oneOf("1", "2", "3", "5", "8", "20", "100"));
            case 9 -> set("spill-limit", oneOf("2", "5", "10000"));
            case 10 -> {
                boolean on = random.nextBoolean();
                note(on ? "errors are thrown" : "no errors are thrown any more");
                store.throwErrors(on && random.nextBoolean());
                throwing = on;
            }
            case 11 -> {
                Duration by = Duration.ofMinutes(random.nextInt(121) - 60L);
                note("the clock jumps by " + by);
                latest = Math.max(latest, workers.now());
                workers.jump(by);
            }
            default -> {
                if (random.nextInt(6) == 0) {
                    kill();
                }
            }
        }
    }

    private void set(String key, String value) {
        note(key + "=" + value);
        properties.put(key, value);
        spool.modified(properties);
        host.modified(properties);
    }

    private void vanish(boolean gone) {
        if (vanished == gone) {
            return;
        }
        vanished = gone;
        note(gone ? "the delivery vanishes" : "the delivery is back");
        if (gone) {
            host.unsetDelivery(store);
            spool.unsetDelivery(store);
        } else {
            spool.setDelivery(store);
            host.setDelivery(store);
        }
    }

    /** As by {@code kill -9}: of the server, its store is left. */
    private void kill() {
        if (depth > 0) {
            return;
        }
        note("the server is killed and started again");
        workers.close();
        people.forEach(person -> {
            person.visits.forEach(ModelWorld::asksNoMore);
            person.visits.clear();
        });
        start();
        for (Mail mail : mails.values()) {
            Long id = idInSpool(mail);
            mail.mayRepeat |= id != null && mail.proved;
            mail.excused |= !mail.decided || id == null && !isJournaled(mail.to);
        }
        people.forEach(person -> person.provedUpTo = Math.min(person.provedUpTo, firstIdAfterKill(person) - 1));
    }

    /** What comes to somebody from here on has this id or a later one, while the store could keep ids for the server before. */
    private long firstIdAfterKill(Person person) {
        NavigableMap<Long, StoredMessage> waiting = store.spool(person.jid);
        return waiting.isEmpty() ? store.kept() : waiting.firstKey();
    }

    /** Of several sessions only one gets what is committed; what another was offered counts as had. */
    private boolean isJournaled(Person person) {
        return journal && !switches && person.loner;
    }

    private Long idInSpool(Mail mail) {
        return store.spool(mail.to.jid).values().stream()
                .filter(row -> new String(row.stanza(), UTF_8).contains("<body>" + mail.body + "</body>"))
                .map(StoredMessage::id)
                .findFirst()
                .orElse(null);
    }

    // ---- the end of it, and what must be true then

    private void runAll() {
        for (int task = 0; workers.runOne(); task++) {
            check(task < 100 * TURNS, "it never ends");
        }
    }

    /** Everything works again, everybody reads and proves: until nothing happens any more. */
    void heal() {
        note("everything works again");
        vanish(false);
        store.fail(false);
        store.stall(false);
        store.throwErrors(false);
        throwing = false;
        everybody().stream()
                .filter(visit -> visit.wantsMail && !visit.available && !visit.accepting)
                .forEach(visit -> say(visit, "<presence/>"));
        for (int second = 0; second < PATIENCE; second++) {
            if (second == PATIENCE / 2) {
                people.forEach(person -> List.copyOf(person.askers).forEach(this::endUnlessItStays));
            }
            boolean idle = false;
            for (int turn = 0; !idle; turn++) {
                check(turn < TURNS, "it never ends");
                runAll();
                idle = everybody().stream().allMatch(visit -> visit.link.idle());
                everybody().forEach(visit -> {
                    visit.link.settle();
                    visit.link.write(Integer.MAX_VALUE);
                    visit.link.arrive(Integer.MAX_VALUE);
                    visit.link.prove(Integer.MAX_VALUE);
                });
            }
            workers.pass(Duration.ofSeconds(1));
            throwFinding();
        }
        for (Mail mail : mails.values()) {
            check(mail.decided || mail.excused, "never decided: " + mail.body);
            check(!mail.isDue() || idInSpool(mail) != null, "lost: " + mail.body);
        }
        for (Person person : people) {
            boolean present = bound(person).stream().anyMatch(visit -> visit.available);
            if (present && person.askers.isEmpty()) {
                check(isLive(person), "not live: " + person.jid + " " + host.sessions());
                mails.values().stream()
                        .filter(mail -> mail.to == person)
                        .forEach(mail -> check(!mail.isDue(), "not given to who is there: " + mail.body));
            }
            person.mixed &= !store.spool(person.jid).isEmpty() || !person.askers.isEmpty();
        }
    }

    private boolean isLive(Person person) {
        return host.sessions().stream()
                .filter(session -> session.jid().bare().equals(person.jid))
                .filter(session -> !session.state().name().equals("SUSPENDED"))
                .allMatch(session -> session.state().name().equals("LIVE") || journal || switches);
    }

    /** Everybody leaves, comes once more and gets what waits; then nothing is left of it, in the store or in memory. */
    void end() {
        heal();
        everybody().forEach(visit -> leave(visit, random.nextBoolean()));
        people.forEach(person -> away(person).forEach(this::expire));
        heal();
        for (Person person : people) {
            Visit visit = come(person);
            runAll();
            say(visit, "<presence/>");
        }
        heal();
        for (Person person : people) {
            check(isLive(person), "not live: " + person.jid + " " + host.sessions());
            check(store.spool(person.jid).isEmpty(), "left in the spool of " + person.jid);
        }
        for (Mail mail : mails.values()) {
            check(!mail.isDue(), "lost: " + mail.body);
        }
        everybody().forEach(visit -> leave(visit, true));
        heal();
        for (Person person : people) {
            check(spool.isForgotten(person.jid), "still remembered: " + person.jid);
        }
        check(spool.unstored() == 0, "waits in memory for the store");
        host.deactivate();
        spool.deactivate();
    }
}
