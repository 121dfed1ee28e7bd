package im.restante.internal.roster;

import static im.restante.internal.roster.World.JULIET;
import static im.restante.internal.roster.World.NURSE;
import static im.restante.internal.roster.World.ROMEO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.Note;
import im.restante.internal.roster.World.Client;
import im.restante.jid.Jid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A change of one roster reaches the other, once and in order, wherever the process dies. */
class NoteCarrierTest {
    private World world = new World();

    /** The one commit is made, then the process dies. */
    @ParameterizedTest(name = "{0}, {1} before")
    @CsvSource({
        "subscribe, none, none, none?, none +request",
        "unsubscribe, both, both, from, to",
        "unsubscribed, both, both, to, from",
        "remove, both, both, -, none",
        "account, both, both, -, none"
    })
    void aCrashBetweenTheTwoRostersLosesNothing(
            String change, String romeoBefore, String julietBefore, String romeoAfter, String julietAfter) {
        world.store(ROMEO, JULIET, romeoBefore, "");
        world.store(JULIET, ROMEO, julietBefore, "");
        Client romeo = world.login(ROMEO, "orchard");
        world.accounts.callsLeft.set(1);
        switch (change) {
            case "remove" -> romeo.rosterSet("<item jid='" + JULIET + "' subscription='remove'/>");
            case "account" -> world.accounts.remove(ROMEO, world.removedAccounts);
            default -> romeo.subscription(change, JULIET);
        }
        assertEquals(
                julietBefore,
                World.await(world.service
                        .cache()
                        .read(
                                JULIET,
                                cached -> cached.roster
                                        .contact(ROMEO)
                                        .subscription()
                                        .attribute())));
        assertFalse(world.accounts.notes.isEmpty());
        world.accounts.callsLeft.set(Integer.MAX_VALUE);
        world.restart();
        assertEquals(julietAfter, world.state(JULIET, ROMEO), "nobody has to log in for it");
        assertEquals(romeoAfter, world.state(ROMEO, JULIET));
        assertEquals(Map.of(), world.accounts.notes);
    }

    @Test
    void anAnswerThatACrashHasCutOffArrives() {
        Client romeo = world.login(ROMEO, "orchard");
        romeo.subscription("subscribe", JULIET);
        Client juliet = world.login(JULIET, "balcony");
        world.accounts.callsLeft.set(1);
        juliet.subscription("subscribed", ROMEO);
        world.accounts.callsLeft.set(Integer.MAX_VALUE);
        world.restart();
        assertEquals("to", world.state(ROMEO, JULIET));
        assertEquals("from", world.state(JULIET, ROMEO));
    }

    /** At whatever call the process dies, done or not: the next one finishes it, and the two agree. */
    @Test
    void whateverCallAProcessDiesAtTheRostersAgreeInTheEnd() {
        int crashes = 0;
        for (boolean behind : new boolean[] {false, true}) {
            boolean crashed = true;
            for (int fatal = 0; crashed; fatal++) {
                world = new World();
                world.befriend(ROMEO, JULIET);
                world.befriend(ROMEO, NURSE);
                Client romeo = world.login(ROMEO, "orchard");
                world.accounts.diesBehindTheEffect = behind;
                world.accounts.callsLeft.set(fatal);
                romeo.subscription("unsubscribe", JULIET);
                romeo.subscription("subscribe", JULIET);
                romeo.rosterSetOrFails("<item jid='" + NURSE + "' subscription='remove'/>");
                romeo.subscription("unsubscribed", JULIET);
                crashed = world.accounts.callsLeft.get() < 0;
                world.accounts.callsLeft.set(Integer.MAX_VALUE);
                world.restart();
                String when = "death at call " + fatal + (behind ? ", done" : ", not done");
                assertMirrored(ROMEO, JULIET, when);
                assertMirrored(ROMEO, NURSE, when);
                assertEquals(Map.of(), world.accounts.notes, when);
                crashes += crashed ? 1 : 0;
            }
        }
        assertTrue(crashes >= 30, "it died at " + crashes + " calls");
    }

    private void assertMirrored(Jid one, Jid other, String when) {
        Subscription mine = subscription(one, other);
        Subscription theirs = subscription(other, one);
        assertEquals(
                List.of(mine.to(), mine.from(), mine.pendingOut(), mine.pendingIn()),
                List.of(theirs.from(), theirs.to(), theirs.pendingIn(), theirs.pendingOut()),
                () -> when + ": " + one + " has " + mine + " and " + other + " has " + theirs);
    }

    private Subscription subscription(Jid account, Jid contact) {
        world.state(account, contact);
        return World.await(world.service
                .cache()
                .read(account, cached -> cached.roster.contact(contact).subscription()));
    }

    @Test
    void whatIsOwedIsCarriedOnceTheStoreThatHasItAnswers() {
        world.accounts.written(JULIET, List.of(), List.of(request(ROMEO, JULIET)));
        world.accounts.callsLeft.set(0);
        world.restart();
        world.accounts.callsLeft.set(Integer.MAX_VALUE);
        assertEquals(1, world.accounts.notes.size());
        world.workers.pass(Duration.ofSeconds(1));
        assertEquals(Map.of(), world.accounts.notes);
        assertEquals("none +request unlisted", world.state(JULIET, ROMEO));
    }

    private static Note request(Jid from, Jid to) {
        return new Note(
                from, to, "<presence xmlns='jabber:client' type='subscribe' from='" + from + "' to='" + to + "'/>");
    }

    @Test
    void carriesManyPagesAndAsksForNothingInBetween() {
        List<Jid> strangers = IntStream.range(0, 3 * NoteCarrier.ROWS + 7)
                .mapToObj(i -> Jid.of("u" + i + "@restante.im"))
                .toList();
        world.accounts.written(
                JULIET,
                List.of(),
                strangers.stream().map(one -> request(one, JULIET)).toList());
        world.restart();
        assertEquals(Map.of(), world.accounts.notes);
        assertEquals(
                strangers.size(),
                world.accounts.node(JULIET, RosterCache.ROSTER_NODE).size());
        int asked = world.accounts.owedQuestions.get();
        world.workers.pass(Duration.ofDays(1));
        assertEquals(asked, world.accounts.owedQuestions.get());
    }

    @Test
    void anAccountWhoseNoteCannotBeCarriedOutHoldsUpNobodyElseAndGetsItsNotesInOrder() {
        Client romeo = world.login(ROMEO, "orchard");
        Client juliet = world.login(JULIET, "balcony");
        Client nurse = world.login(NURSE, "kitchen");
        world.accounts.stuck.add(JULIET);
        romeo.subscription("subscribe", JULIET);
        romeo.gets("push juliet none?");
        romeo.subscription("unsubscribe", JULIET);
        romeo.subscription("subscribe", NURSE);
        nurse.gets("subscribe romeo");
        juliet.gets();
        int writes = world.accounts.writes.get();
        for (int i = 0; i < 50; i++) {
            romeo.subscription(i % 2 == 0 ? "unsubscribe" : "subscribe", NURSE);
        }
        assertEquals(writes + 100, world.accounts.writes.get(), "nothing was tried for her who rests");
        world.accounts.stuck.clear();
        world.workers.pass(Duration.ofSeconds(1));
        juliet.gets("subscribe romeo", "unsubscribe romeo");
        assertEquals(Map.of(), world.accounts.notes);
    }

    @Test
    void whatComesBehindANoteThatCannotBeCarriedOutWaitsForIt() {
        Note end = new Note(ROMEO, JULIET, request(ROMEO, JULIET).text().replace("subscribe", "unsubscribe"));
        world.accounts.written(ROMEO, List.of(), List.of(request(ROMEO, JULIET), end));
        world.accounts.takesToFail.set(1);
        world.restart();
        assertEquals(2, world.accounts.notes.size());
        world.workers.pass(Duration.ofSeconds(1));
        assertEquals(Map.of(), world.accounts.notes);
        assertEquals("-", world.state(JULIET, ROMEO));
    }

    @Test
    void whoTakesTheNameOfARemovedAccountIsToldNothingThatWasOwedToThatOne() {
        world.accounts.written(ROMEO, List.of(), List.of(request(ROMEO, JULIET)));
        world.accounts.callsLeft.set(1); // for the removal
        world.accounts.remove(JULIET, world.removedAccounts);
        world.accounts.with(JULIET.toString());
        world.restart();
        Client juliet = world.login(JULIET, "balcony");
        world.accounts.callsLeft.set(Integer.MAX_VALUE);
        world.workers.pass(Duration.ofSeconds(1));
        assertEquals(Map.of(), world.accounts.notes);
        juliet.gets();
        assertEquals("-", world.state(JULIET, ROMEO));
    }

    @Test
    void aStoreThatRefusesIsAskedLessAndLessOften() {
        Client romeo = world.login(ROMEO, "orchard");
        world.accounts.stuck.add(JULIET);
        romeo.subscription("subscribe", JULIET);
        int before = world.accounts.owedQuestions.get();
        for (int second = 0; second < 600; second++) {
            world.workers.pass(Duration.ofSeconds(1));
        }
        int asked = world.accounts.owedQuestions.get() - before;
        assertTrue(asked >= 30 && asked <= 80, "asked " + asked + " times in ten minutes");
        world.accounts.stuck.clear();
        world.workers.pass(Duration.ofSeconds(40));
        assertEquals("none +request unlisted", world.state(JULIET, ROMEO));
    }

    @Test
    void aNoteThatIsDoneAndCannotBeForgottenIsCarriedNoMoreOftenThanAnyOther() {
        world.store(ROMEO, JULIET, "none", "");
        world.store(JULIET, ROMEO, "from", "");
        Client romeo = world.login(ROMEO, "orchard");
        world.accounts.failForgets = true;
        int before = world.accounts.owedQuestions.get();
        romeo.subscription("subscribe", JULIET);
        romeo.gets("push juliet none?", "push juliet to", "subscribed juliet");
        assertTrue(world.accounts.owedQuestions.get() - before < 10);
        world.accounts.failForgets = false;
        world.workers.pass(Duration.ofSeconds(1));
        assertEquals(Map.of(), world.accounts.notes);
        romeo.gets();
    }

    /** The store has done it, and its answer is lost. */
    @Test
    void whoIsOnlineHearsOfAChangeOnceItIsKnownThatItWasMade() {
        Client romeo = world.login(ROMEO, "orchard");
        Client juliet = world.login(JULIET, "balcony");
        world.accounts.loseTheNextAnswer();
        romeo.subscription("subscribe", JULIET);
        romeo.gets("error juliet resource-constraint");
        juliet.gets("subscribe romeo");
        world.accounts.loseTheAnswerToATake();
        juliet.subscription("subscribed", ROMEO);
        juliet.gets("push romeo from");
        romeo.gets("push juliet none?");
        world.workers.pass(Duration.ofSeconds(1));
        romeo.gets("push juliet to", "available juliet/balcony");
        assertEquals("to", world.state(ROMEO, JULIET));
        assertEquals(Map.of(), world.accounts.notes);
    }

    @Test
    void aNoteThatIsNoStanzaIsLeftOutAndHoldsUpNobody() {
        world.accounts.written(
                JULIET,
                List.of(),
                List.of(
                        new Note(ROMEO, JULIET, "<broken"),
                        new Note(ROMEO, JULIET, "<presence xmlns='jabber:client'/>"),
                        request(NURSE, JULIET)));
        world.restart();
        assertEquals(Map.of(), world.accounts.notes);
        assertEquals("none +request unlisted", world.state(JULIET, NURSE));
        assertEquals("-", world.state(JULIET, ROMEO));
    }

    @Test
    void whatIsForAnAccountThatIsNotHereIsForgotten() {
        Client romeo = world.login(ROMEO, "orchard");
        Jid nobody = Jid.of("nobody@restante.im");
        romeo.subscription("subscribe", nobody);
        assertEquals("none?", world.state(ROMEO, nobody));
        assertEquals(Map.of(), world.accounts.notes);
    }

    /** Nobody of the two is in memory. */
    @Test
    void theRemovalOfAnAccountEndsTheSubscriptionsOfOthersToIt() {
        world.befriend(ROMEO, JULIET);
        Client romeo = world.login(ROMEO, "orchard");
        world.accounts.remove(JULIET, world.removedAccounts);
        romeo.gets("push juliet to", "unsubscribe juliet", "push juliet none", "unsubscribed juliet");
        assertEquals("none", world.state(ROMEO, JULIET));
        world.accounts.with(JULIET.toString());
        assertEquals("-", world.state(JULIET, ROMEO));
    }

    @Test
    void whatChangesDuringARemovalWaitsUntilItIsKnownWhetherTheAccountStays() {
        world.befriend(ROMEO, JULIET);
        Client juliet = world.login(JULIET, "balcony");
        assertEquals(2, World.await(world.removedAccounts.owes(JULIET)).size());
        CompletableFuture<Void> late = juliet.begin("<presence type='subscribe' to='" + NURSE + "'/>");
        assertFalse(late.isDone());
        world.removedAccounts.kept(JULIET);
        World.await(late);
        assertEquals("none?", world.state(JULIET, NURSE));
        assertEquals("both", world.state(JULIET, ROMEO));
        assertEquals("none +request unlisted", world.state(NURSE, JULIET));
    }

    @Test
    void aRemovalWhoseRosterCannotBeReadFails() {
        world.accounts.failReads = true;
        assertTrue(world.removedAccounts.owes(JULIET).toCompletableFuture().isCompletedExceptionally());
        world.removedAccounts.kept(JULIET);
    }

    @Test
    void aLoginWritesNothingWhileTheOtherSideKnowsOfTheQuestion() {
        world.login(ROMEO, "orchard").subscription("subscribe", JULIET);
        world.restart();
        int writes = world.accounts.writes.get();
        world.login(ROMEO, "orchard");
        assertEquals(writes, world.accounts.writes.get());
    }

    @Test
    void aQuestionIsAskedAgainOnceItsAccountIsThere() {
        Jid late = Jid.of("late@restante.im");
        Client romeo = world.login(ROMEO, "orchard");
        romeo.subscription("subscribe", late);
        world.accounts.with(late.toString());
        assertEquals("-", world.state(late, ROMEO));
        world.login(ROMEO, "garden");
        assertEquals("none +request unlisted", world.state(late, ROMEO));
    }

    @Test
    void whoChangesHisMindAgainAndAgainIsUnderstood() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            world.befriend(ROMEO, JULIET);
            Client romeo = world.login(ROMEO, "orchard");
            world.accounts.executor = pool;
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                all.add(romeo.begin("<presence type='unsubscribe' to='" + JULIET + "'/>"));
                all.add(romeo.begin("<presence type='subscribe' to='" + JULIET + "'/>"));
            }
            World.await(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)));
            assertMirrored(ROMEO, JULIET, "at the end");
        } finally {
            pool.shutdownNow();
        }
    }
}
