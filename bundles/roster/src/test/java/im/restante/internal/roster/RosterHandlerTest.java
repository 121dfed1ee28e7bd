package im.restante.internal.roster;

import static im.restante.internal.roster.World.JULIET;
import static im.restante.internal.roster.World.NURSE;
import static im.restante.internal.roster.World.ROMEO;
import static im.restante.internal.roster.World.outcome;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.roster.World.Client;
import im.restante.jid.Jid;
import im.restante.stanza.Iq;
import im.restante.xml.Element;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RosterHandlerTest {
    private final World world = new World();
    private final Client romeo = world.login(ROMEO, "orchard");

    private static List<String> items(Iq answer) {
        List<String> items = new ArrayList<>();
        for (Element item : answer.payload().orElseThrow().children()) {
            items.add(item.attribute("jid") + " " + item.attribute("name") + " " + item.attribute("subscription") + " "
                    + Contact.groups(item));
        }
        return items;
    }

    @Test
    void whatWasSetIsThereAfterARestart() {
        Iq answer = romeo.rosterSet("<item jid='juliet@restante.im' name='Juliet' subscription='both' ask='subscribe'>"
                + "<group>Friends</group><group>Verona &amp; Co</group></item>");
        assertEquals("result", outcome(answer));
        romeo.gets("push juliet none");
        world.restart();
        assertEquals(
                List.of("juliet@restante.im Juliet none [Friends, Verona & Co]"),
                items(world.bind(ROMEO, "orchard").rosterGet(null)));
    }

    @Test
    void aNewNameKeepsTheSubscription() {
        world.befriend(JULIET, NURSE);
        Client juliet = world.login(JULIET, "balcony");
        juliet.rosterSet("<item jid='nurse@restante.im' name='Angelica'/>");
        juliet.gets("push nurse both");
        assertEquals(List.of("nurse@restante.im Angelica both []"), items(juliet.rosterGet(null)));
    }

    @Test
    void aRequestSurvivesThatItsSenderIsListed() {
        world.login(JULIET, "balcony").subscription("subscribe", ROMEO);
        romeo.rosterSet("<item jid='juliet@restante.im' name='Juliet'/>");
        assertEquals("none +request", world.state(ROMEO, JULIET));
        romeo.rosterSet("<item jid='juliet@restante.im' subscription='remove'/>");
        assertEquals("none +request unlisted", world.state(ROMEO, JULIET));
    }

    @Test
    void pushesGoToInterestedSessionsOnlyAndCarryTheVersion() {
        Client street = world.bind(ROMEO, "street");
        Client garden = world.login(ROMEO, "garden");
        romeo.got();
        romeo.rosterSet("<item jid='juliet@restante.im'/>");
        street.gets();
        Element push = garden.received.peek();
        garden.gets("push juliet none");
        assertEquals("romeo@restante.im/garden", push.attribute("to"));
        String ver = push.firstChild().orElseThrow().attribute("ver");
        assertTrue(garden.rosterGet(ver).payload().isEmpty(), "nothing is new");
    }

    @Test
    void changesMadeWhileTheRosterIsHeldBackArePushedBehindIt() {
        Client street = world.bind(ROMEO, "street");
        romeo.rosterSet("<item jid='juliet@restante.im'/>");
        romeo.rosterSet("<item jid='nurse@restante.im'/>");
        street.held = new ArrayList<>();
        assertEquals(2, items(street.rosterGet(null)).size());
        romeo.rosterSet("<item jid='tybalt@restante.im'/>");
        romeo.rosterSet("<item jid='nurse@restante.im' subscription='remove'/>");
        street.gets();
        street.held.forEach(Runnable::run);
        street.gets("push tybalt none", "push nurse remove");
        romeo.rosterSet("<item jid='tybalt@restante.im' name='Prince of Cats'/>");
        street.gets("push tybalt none");
    }

    @Test
    void anUnchangedItemIsNotPushedAgain() {
        romeo.rosterSet("<item jid='juliet@restante.im' name='Juliet'/>");
        romeo.got();
        assertEquals("result", outcome(romeo.rosterSet("<item jid='juliet@restante.im' name='Juliet'/>")));
        romeo.gets();
    }

    @Test
    void theVersionTellsWhetherAnythingIsNew() {
        romeo.rosterSet("<item jid='juliet@restante.im'/>");
        Iq full = romeo.rosterGet("");
        String ver = full.payload().orElseThrow().attribute("ver");
        assertEquals(Optional.empty(), romeo.rosterGet(ver).payload());
        assertEquals(
                1,
                romeo.rosterGet("something else")
                        .payload()
                        .orElseThrow()
                        .children()
                        .size());
        world.restart();
        Client again = world.bind(ROMEO, "orchard");
        assertEquals(Optional.empty(), again.rosterGet(ver).payload());
        again.rosterSet("<item jid='juliet@restante.im' name='J'/>");
        Iq changed = again.rosterGet(ver);
        assertNotEquals(ver, changed.payload().orElseThrow().attribute("ver"));
        assertEquals(1, changed.payload().orElseThrow().children().size());
    }

    @Test
    void aStrangersRequestDoesNotChangeTheVersion() {
        String ver = romeo.rosterGet(null).payload().orElseThrow().attribute("ver");
        world.login(JULIET, "balcony").subscription("subscribe", ROMEO);
        assertEquals(Optional.empty(), romeo.rosterGet(ver).payload());
    }

    @Test
    void removingAContactEndsBothSubscriptions() {
        world.befriend(JULIET, NURSE);
        Client nurse = world.login(NURSE, "hall");
        Client juliet = world.login(JULIET, "balcony");
        nurse.got();
        juliet.got();
        assertEquals("result", outcome(juliet.rosterSet("<item jid='nurse@restante.im' subscription='remove'/>")));
        juliet.gets("push nurse remove", "unavailable nurse/hall");
        nurse.gets(
                "push juliet to",
                "unsubscribe juliet",
                "push juliet none",
                "unavailable juliet/balcony",
                "unsubscribed juliet");
        assertEquals("-", world.state(JULIET, NURSE));
        assertEquals("none", world.state(NURSE, JULIET));
        assertTrue(world.accounts.node(JULIET, RosterCache.ROSTER_NODE).isEmpty());
    }

    @Test
    void removingAContactWithdrawsAnOpenRequest() {
        romeo.subscription("subscribe", JULIET);
        romeo.rosterSet("<item jid='juliet@restante.im' subscription='remove'/>");
        assertEquals("-", world.state(JULIET, ROMEO));
    }

    @ParameterizedTest(name = "{1}: {0}")
    @CsvSource(delimiter = '|', textBlock = """
            ''                                                                            | bad-request
            <item jid='a@restante.im'/><item jid='b@restante.im'/>                        | bad-request
            <item name='nobody'/>                                                         | bad-request
            <thing jid='a@restante.im'/>                                                  | bad-request
            <item jid='@restante.im'/>                                                    | jid-malformed
            <item jid='romeo@restante.im'/>                                               | not-allowed
            <item jid='juliet@restante.im' subscription='remove'/>                        | item-not-found
            <item jid='juliet@restante.im'><group>A</group><group>A</group></item>        | bad-request
            <item jid='juliet@restante.im'><group/></item>                                | not-acceptable
            """)
    void aFlawedSetIsRefused(String items, String condition) {
        assertEquals(condition, outcome(romeo.rosterSet(items)));
        romeo.gets();
        assertEquals(0, world.accounts.writes.get());
    }

    @Test
    void namesAndGroupsHaveTheirBounds() {
        String longest = "x".repeat(RosterHandler.NAME_MAX_BYTES);
        assertEquals("result", outcome(romeo.rosterSet("<item jid='juliet@restante.im' name='" + longest + "'/>")));
        assertEquals(
                "not-acceptable", outcome(romeo.rosterSet("<item jid='juliet@restante.im' name='" + longest + "x'/>")));
        assertEquals(
                "not-acceptable",
                outcome(romeo.rosterSet("<item jid='juliet@restante.im'><group>" + longest + "x</group></item>")));
        StringBuilder groups = new StringBuilder();
        for (int i = 0; i <= RosterHandler.GROUPS_MAX; i++) {
            groups.append("<group>").append(i).append("</group>");
        }
        assertEquals(
                "not-acceptable", outcome(romeo.rosterSet("<item jid='juliet@restante.im'>" + groups + "</item>")));
    }

    @Test
    void theNamesOfOneItemHaveABoundTogether() {
        StringBuilder groups = new StringBuilder();
        for (int i = 0; i < 16; i++) {
            groups.append("<group>").append("x".repeat(1_020)).append(i).append("</group>");
        }
        assertEquals("result", outcome(romeo.rosterSet("<item jid='juliet@restante.im'>" + groups + "</item>")));
        groups.append("<group>").append("y".repeat(100)).append("</group>");
        assertEquals("not-acceptable", outcome(romeo.rosterSet("<item jid='nurse@restante.im'>" + groups + "</item>")));
        assertEquals("-", world.state(ROMEO, NURSE));
    }

    @Test
    void theRosterOfAnAccountIsBoundedInBytes() {
        String longest = "x".repeat(RosterHandler.NAME_MAX_BYTES);
        String item = "<item jid='u%d@restante.im' name='%s'><group>" + "g".repeat(500) + "</group></item>";
        int most = Roster.ITEMS_MAX_HEAP / 1_900;
        int taken = 0;
        while (outcome(romeo.rosterSet(String.format(item, taken, longest))).equals("result")) {
            assertTrue(taken++ < most, () -> "no end after " + most + " items");
        }
        assertTrue(taken > most / 2);
        String next = String.format(item, taken, longest);
        assertEquals("resource-constraint", outcome(romeo.rosterSet(next)));
        assertEquals("-", world.state(ROMEO, Jid.of("u" + taken + "@restante.im")));
        assertEquals(
                "resource-constraint",
                outcome(romeo.rosterSet(String.format(item, 1, longest)
                        .replace(
                                "</item>",
                                "<group>" + longest + "</group><group>" + longest.substring(1) + "</group></item>"))));
        romeo.received.clear();
        romeo.subscription("subscribe", Jid.of("nobody" + "y".repeat(1_005) + "@restante.im"));
        assertTrue(World.line(romeo.received.poll()).contains("resource-constraint"));
        assertEquals("result", outcome(romeo.rosterSet("<item jid='u1@restante.im'/>")));
        assertEquals("result", outcome(romeo.rosterSet(next)));
    }

    @Test
    void anothersRosterIsForbidden() {
        assertEquals(
                "forbidden",
                outcome(romeo.asks(
                        "<iq type='get' id='g' to='juliet@restante.im'><query xmlns='jabber:iq:roster'/></iq>")));
        assertEquals(
                "forbidden",
                outcome(
                        romeo.asks(
                                "<iq type='set' id='g' to='juliet@restante.im'><query xmlns='jabber:iq:roster'><item jid='a@restante.im'/></query></iq>")));
        assertEquals(
                "result",
                outcome(romeo.asks(
                        "<iq type='get' id='g' to='romeo@restante.im'><query xmlns='jabber:iq:roster'/></iq>")));
    }

    @Test
    void anItemThatCannotBeReadIsLeftOutAndLeftAlone() {
        world.accounts.node(JULIET, RosterCache.ROSTER_NODE).put("nurse@restante.im", "<item");
        world.accounts.node(JULIET, RosterCache.ROSTER_NODE).put("not an address@", "<item xmlns='jabber:iq:roster'/>");
        world.store(JULIET, ROMEO, "none", "");
        Client juliet = world.login(JULIET, "balcony");
        assertEquals(1, items(juliet.rosterGet(null)).size());
        assertEquals(3, world.accounts.node(JULIET, RosterCache.ROSTER_NODE).size());
    }

    @Test
    void setsMadeAtTheSameTimeAreAllKept() {
        ExecutorService slow = Executors.newFixedThreadPool(4);
        ExecutorService callers = Executors.newFixedThreadPool(4);
        try {
            world.accounts.executor = slow;
            List<CompletableFuture<Iq>> all = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String item = "<item jid='friend" + i + "@restante.im'/>";
                all.add(CompletableFuture.supplyAsync(() -> romeo.rosterSet(item), callers));
            }
            World.await(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)));
            all.forEach(answer -> assertEquals("result", outcome(answer.join())));
        } finally {
            callers.shutdownNow();
            slow.shutdownNow();
            world.accounts.executor = Runnable::run;
        }
        assertEquals(
                200, romeo.rosterGet(null).payload().orElseThrow().children().size());
        Element last = null;
        for (Element push : romeo.received) {
            last = push;
        }
        assertEquals(200, romeo.received.size());
        String ver = last.firstChild().orElseThrow().attribute("ver");
        assertEquals(Optional.empty(), romeo.rosterGet(ver).payload(), "the last push carries the last version");
        world.restart();
        assertEquals(
                200,
                world.bind(ROMEO, "x")
                        .rosterGet(null)
                        .payload()
                        .orElseThrow()
                        .children()
                        .size());
    }
}
