package im.restante.internal.roster;

import static im.restante.internal.roster.World.JULIET;
import static im.restante.internal.roster.World.NURSE;
import static im.restante.internal.roster.World.ROMEO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.roster.World.Client;
import im.restante.jid.Jid;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SubscriptionFlowTest {
    private final World world = new World();

    @Test
    void askingAndApprovingMakesBothSidesAgreeAndShowsPresence() {
        Client romeo = world.login(ROMEO, "orchard");
        Client juliet = world.login(JULIET, "balcony");
        romeo.subscription("subscribe", JULIET);
        romeo.gets("push juliet none?");
        juliet.gets("subscribe romeo");
        juliet.subscription("subscribed", ROMEO);
        juliet.gets("push romeo from");
        romeo.gets("push juliet to", "subscribed juliet", "available juliet/balcony");
        assertEquals("to", world.state(ROMEO, JULIET));
        assertEquals("from", world.state(JULIET, ROMEO));
    }

    @Test
    void whoIsInTheRosterIsKnownAndWhoOnlyAskedIsNot() throws Exception {
        Client romeo = world.login(ROMEO, "orchard");
        romeo.subscription("subscribe", JULIET);
        assertTrue(knows(ROMEO, JULIET));
        assertEquals("none +request unlisted", world.state(JULIET, ROMEO));
        assertFalse(knows(JULIET, ROMEO));
        assertTrue(knows(JULIET, JULIET));
        assertFalse(knows(NURSE, ROMEO));
        assertFalse(knows(Jid.of("nobody@elsewhere.example"), ROMEO));
        world.login(JULIET, "balcony").subscription("subscribed", ROMEO);
        assertTrue(knows(JULIET, ROMEO));
    }

    private boolean knows(Jid owner, Jid other) throws Exception {
        return world.service.knows(owner, other).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void denyingClearsTheQuestionOnBothSides() {
        Client romeo = world.login(ROMEO, "orchard");
        Client juliet = world.login(JULIET, "balcony");
        romeo.subscription("subscribe", JULIET);
        romeo.got();
        juliet.got();
        juliet.subscription("unsubscribed", ROMEO);
        juliet.gets();
        romeo.gets("push juliet none", "unsubscribed juliet");
        assertEquals("-", world.state(JULIET, ROMEO));
    }

    @Test
    void cancellingMakesTheOneVanishForTheOther() {
        world.befriend(ROMEO, JULIET);
        Client romeo = world.login(ROMEO, "orchard");
        Client juliet = world.login(JULIET, "balcony");
        romeo.got();
        juliet.subscription("unsubscribed", ROMEO);
        juliet.gets("push romeo to");
        romeo.gets("push juliet from", "unavailable juliet/balcony", "unsubscribed juliet");
        assertEquals("from", world.state(ROMEO, JULIET));
        assertEquals("to", world.state(JULIET, ROMEO));
    }

    @Test
    void unsubscribingHidesTheContactFromTheOneWhoLeft() {
        world.befriend(ROMEO, JULIET);
        Client romeo = world.login(ROMEO, "orchard");
        Client juliet = world.login(JULIET, "balcony");
        romeo.got();
        romeo.subscription("unsubscribe", JULIET);
        romeo.gets("push juliet from", "unavailable juliet/balcony");
        juliet.gets("push romeo to", "unsubscribe romeo");
    }

    @Test
    void aRequestToSomebodyAwayIsShownAtEveryLoginUntilAnswered() {
        Client romeo = world.login(ROMEO, "orchard");
        romeo.sends("<presence type='subscribe' to='juliet@restante.im'><status>by your leave</status></presence>");
        assertEquals("none +request unlisted", world.state(JULIET, ROMEO));
        for (int login = 0; login < 3; login++) {
            world.restart();
            Client juliet = world.bind(JULIET, "balcony");
            assertEquals("query", juliet.rosterGet(null).payload().orElseThrow().name());
            assertTrue(juliet.rosterGet(null).payload().orElseThrow().children().isEmpty(), "not in the roster");
            juliet.sends("<presence/>");
            List<Element> shown = new ArrayList<>(juliet.received);
            assertEquals(List.of("available juliet/balcony", "subscribe romeo"), juliet.got());
            assertEquals(
                    "by your leave",
                    shown.get(1)
                            .child(Namespaces.CLIENT, "status")
                            .orElseThrow()
                            .text());
            assertEquals("juliet@restante.im", shown.get(1).attribute("to"));
            juliet.sends("<presence><priority>1</priority></presence>");
            juliet.gets("available juliet/balcony");
        }
        Client juliet = world.login(JULIET, "balcony");
        juliet.subscription("subscribed", ROMEO);
        juliet.got();
        world.restart();
        juliet = world.bind(JULIET, "balcony");
        juliet.sends("<presence/>");
        juliet.gets("available juliet/balcony");
    }

    @Test
    void everyResourceIsShownTheRequest() {
        world.login(ROMEO, "orchard").subscription("subscribe", JULIET);
        Client first = world.bind(JULIET, "first");
        first.sends("<presence/>");
        assertTrue(first.got().contains("subscribe romeo"));
        Client second = world.bind(JULIET, "second");
        second.sends("<presence><priority>-1</priority></presence>");
        assertTrue(second.got().contains("subscribe romeo"));
    }

    @Test
    void aRequestThatIsWithdrawnIsForgotten() {
        Client romeo = world.login(ROMEO, "orchard");
        romeo.subscription("subscribe", JULIET);
        romeo.subscription("unsubscribe", JULIET);
        assertEquals("-", world.state(JULIET, ROMEO));
        assertTrue(world.accounts.node(JULIET, RosterCache.ROSTER_NODE).isEmpty());
    }

    @Test
    void repeatingARequestBothersNobodyTwice() {
        Client romeo = world.login(ROMEO, "orchard");
        Client juliet = world.login(JULIET, "balcony");
        romeo.subscription("subscribe", JULIET);
        romeo.subscription("subscribe", JULIET);
        juliet.gets("subscribe romeo");
    }

    @Test
    void whoIsSubscribedAlreadyIsAnsweredByTheServer() {
        world.store(ROMEO, JULIET, "none", "");
        world.store(JULIET, ROMEO, "from", "");
        Client juliet = world.login(JULIET, "balcony");
        Client romeo = world.login(ROMEO, "orchard");
        romeo.subscription("subscribe", JULIET);
        romeo.gets("push juliet none?", "push juliet to", "subscribed juliet", "available juliet/balcony");
        juliet.gets();
    }

    @Test
    void aQuestionLostBetweenTheTwoRostersIsAskedAgainAtLogin() {
        world.accounts
                .node(ROMEO, RosterCache.ROSTER_NODE)
                .put(
                        JULIET.toString(),
                        "<item xmlns='jabber:iq:roster' jid='juliet@restante.im' subscription='none' ask='subscribe'/>");
        Client juliet = world.login(JULIET, "balcony");
        world.login(ROMEO, "orchard");
        juliet.gets("subscribe romeo");
        world.login(ROMEO, "garden");
        juliet.gets();
    }

    @Test
    void anUnknownContactLooksLikeOneWhoDoesNotAnswer() {
        Client romeo = world.login(ROMEO, "orchard");
        romeo.subscription("subscribe", Jid.of("rosaline@restante.im"));
        romeo.gets("push rosaline none?");
    }

    @Test
    void anotherDomainIsNotFoundAndLeavesNoTrace() {
        Client romeo = world.login(ROMEO, "orchard");
        romeo.subscription("subscribe", Jid.of("rosaline@verona.example"));
        romeo.gets("error rosaline@verona.example remote-server-not-found");
        assertEquals("-", world.state(ROMEO, Jid.of("rosaline@verona.example")));
    }

    @Test
    void aSubscriptionToOneselfOrWithoutAddressChangesNothing() {
        Client romeo = world.login(ROMEO, "orchard");
        romeo.subscription("subscribe", ROMEO);
        romeo.gets();
        assertEquals("-", world.state(ROMEO, ROMEO));
        Element sent = world.parse("<presence type='subscribe' from='romeo@restante.im/orchard'/>");
        World.await(world.service.presence(romeo, im.restante.stanza.Presence.of(sent), true));
        assertEquals(
                "bad-request",
                romeo.received
                        .poll()
                        .child(Namespaces.CLIENT, "error")
                        .orElseThrow()
                        .firstChild()
                        .orElseThrow()
                        .name());
    }

    @Test
    void aRequestTooLargeToKeepIsKeptWithoutItsExtras() {
        Client romeo = world.login(ROMEO, "orchard");
        romeo.sends("<presence type='subscribe' to='juliet@restante.im'><status>" + "x".repeat(5_000)
                + "</status></presence>");
        assertEquals("none +request unlisted", world.state(JULIET, ROMEO));
        assertTrue(world.accounts
                        .node(JULIET, RosterCache.ROSTER_NODE)
                        .get(ROMEO.toString())
                        .length()
                < 1_000);
    }

    @Test
    void aRequestOfManySmallElementsIsKeptWithoutItsExtras() {
        Client romeo = world.login(ROMEO, "orchard");
        romeo.sends("<presence type='subscribe' to='juliet@restante.im'><x>" + "<q/>".repeat(300) + "</x></presence>");
        assertEquals("none +request unlisted", world.state(JULIET, ROMEO));
        assertTrue(requestOf(ROMEO).heap() <= RosterCache.REQUEST_MAX_HEAP);
    }

    @Test
    void aRequestDoesNotKeepTheItemItWasStoredIn() {
        String groups = "<group>" + "g".repeat(1_000) + "</group>";
        String request = "<presence xmlns='jabber:client' type='subscribe' from='romeo@restante.im'"
                + " to='juliet@restante.im'><status>Hi</status></presence>";
        world.store(JULIET, ROMEO, "none", groups.repeat(16) + request);
        Element kept = requestOf(ROMEO);
        assertEquals("Hi", kept.child(Namespaces.CLIENT, "status").orElseThrow().text());
        assertTrue(kept.heap() <= RosterCache.REQUEST_MAX_HEAP, () -> kept.heap() + " bytes");
    }

    @Test
    void theRequestsThatWaitAreBoundedInBytes() {
        int most = Roster.REQUESTS_MAX_HEAP / 2_000;
        String request = "<presence xmlns='jabber:client' type='subscribe' from='%1$s' to='juliet@restante.im'><status>"
                + "x".repeat(900) + "</status></presence>";
        for (int i = 0; i < most; i++) {
            Jid stranger = Jid.of("u" + i + "@restante.im");
            world.store(JULIET, stranger, "none", String.format(request, stranger));
        }
        Client romeo = world.login(ROMEO, "orchard");
        romeo.subscription("subscribe", JULIET);
        assertEquals("none?", world.state(ROMEO, JULIET));
        assertEquals("-", world.state(JULIET, ROMEO));
    }

    private Element requestOf(Jid contact) {
        return World.await(world.service
                .cache()
                .read(JULIET, cached -> cached.roster.contact(contact).request()));
    }

    @Test
    void whatTheStoreDoesNotTakeIsToldToNobody() {
        Client romeo = world.login(ROMEO, "orchard");
        Client juliet = world.login(JULIET, "balcony");
        world.accounts.failWrites = true;
        romeo.subscription("subscribe", JULIET);
        romeo.gets("error juliet resource-constraint");
        juliet.gets();
        world.accounts.failWrites = false;
        romeo.subscription("subscribe", JULIET);
        romeo.gets("push juliet none?");
        juliet.gets("subscribe romeo");
    }

    @Test
    void stanzasOfOneSenderArriveInTheirOrderHoweverSlowTheStore() throws Exception {
        Client romeo = world.login(ROMEO, "orchard");
        Client juliet = world.login(JULIET, "balcony");
        ExecutorService slow = Executors.newFixedThreadPool(4);
        try {
            world.accounts.executor = slow;
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                all.add(romeo.begin("<presence type='subscribe' to='juliet@restante.im'/>"));
                all.add(romeo.begin("<presence type='unsubscribe' to='juliet@restante.im'/>"));
            }
            all.add(romeo.begin("<presence type='subscribe' to='juliet@restante.im'/>"));
            World.await(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)));
            World.await(world.service.carried());
        } finally {
            slow.shutdownNow();
            world.accounts.executor = Runnable::run;
        }
        assertEquals("none?", world.state(ROMEO, JULIET));
        assertEquals("none +request unlisted", world.state(JULIET, ROMEO));
        List<String> heard = juliet.got();
        for (int i = 0; i < heard.size(); i++) {
            assertEquals(i % 2 == 0 ? "subscribe romeo" : "unsubscribe romeo", heard.get(i));
        }
        assertEquals(101, heard.size());
    }

    @Test
    void twoWhoAskEachOtherAtOnceBothEndUpAsking() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 20; round++) {
                Client romeo = world.login(ROMEO, "orchard");
                Client juliet = world.login(JULIET, "balcony");
                world.accounts.executor = pool;
                CompletableFuture<Void> one = romeo.begin("<presence type='subscribe' to='juliet@restante.im'/>");
                CompletableFuture<Void> two = juliet.begin("<presence type='subscribe' to='romeo@restante.im'/>");
                World.await(one.thenCombine(two, (a, b) -> null));
                assertEquals("none? +request", world.state(ROMEO, JULIET));
                assertEquals("none? +request", world.state(JULIET, ROMEO));
                world.accounts.executor = Runnable::run;
                world.accounts.node(ROMEO, RosterCache.ROSTER_NODE).clear();
                world.accounts.node(JULIET, RosterCache.ROSTER_NODE).clear();
                world.restart();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void anAccountThatIsRemovedVanishesFromTheRostersOfOthers() {
        world.befriend(ROMEO, JULIET);
        Client romeo = world.login(ROMEO, "orchard");
        Client juliet = world.login(JULIET, "balcony");
        romeo.got();
        world.accounts.remove(JULIET, world.removedAccounts);
        juliet.drops();
        assertEquals("none", world.state(ROMEO, JULIET));
        assertTrue(romeo.got().contains("unsubscribed juliet"));
        world.accounts.with(JULIET.toString());
        assertEquals("-", world.state(JULIET, ROMEO));
        assertFalse(World.await(world.service.maySeePresence(ROMEO, JULIET)));
    }

    @Test
    void onlySubscribersMaySeePresence() {
        world.store(JULIET, ROMEO, "from", "");
        world.store(JULIET, NURSE, "to", "");
        assertTrue(World.await(world.service.maySeePresence(JULIET, ROMEO.withResource("orchard"))));
        assertTrue(World.await(world.service.maySeePresence(JULIET, JULIET.withResource("balcony"))));
        assertFalse(World.await(world.service.maySeePresence(JULIET, NURSE)));
        assertFalse(World.await(world.service.maySeePresence(Jid.of("nobody@restante.im"), NURSE)));
    }
}
