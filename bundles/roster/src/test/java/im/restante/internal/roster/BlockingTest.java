package im.restante.internal.roster;

import static im.restante.internal.roster.World.JULIET;
import static im.restante.internal.roster.World.NURSE;
import static im.restante.internal.roster.World.ROMEO;
import static im.restante.internal.roster.World.outcome;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.roster.World.Client;
import im.restante.jid.Jid;
import im.restante.stanza.Iq;
import im.restante.stanza.Stanza;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockingTest {
    private final World world = new World();

    private static Iq list(Client client) {
        return client.asks("<iq type='get' id='l'><blocklist xmlns='urn:xmpp:blocking'/></iq>");
    }

    private static List<String> jids(Iq answer) {
        List<String> jids = new ArrayList<>();
        answer.payload().orElseThrow().children().forEach(item -> jids.add(item.attribute("jid")));
        return jids;
    }

    private boolean blocks(String other) {
        return World.await(world.service.blocks(JULIET, Jid.of(other)));
    }

    private Stanza stanza(String xml) {
        return Stanza.of(world.parse(xml)).orElseThrow();
    }

    @ParameterizedTest(name = "{0} blocks {1}: {2}")
    @CsvSource({
        "romeo@restante.im/orchard, romeo@restante.im/orchard, true",
        "romeo@restante.im/orchard, romeo@restante.im/street, false",
        "romeo@restante.im/orchard, romeo@restante.im, false",
        "romeo@restante.im, romeo@restante.im/orchard, true",
        "romeo@restante.im, romeo@restante.im, true",
        "romeo@restante.im, nurse@restante.im, false",
        "verona.example/gate, verona.example/gate, true",
        "verona.example/gate, verona.example/door, false",
        "verona.example/gate, paris@verona.example/gate, false",
        "verona.example/gate, verona.example, false",
        "verona.example, verona.example, true",
        "verona.example, verona.example/gate, true",
        "verona.example, paris@verona.example, true",
        "verona.example, paris@verona.example/x, true",
        "verona.example, paris@mantua.example, false",
    })
    void matchesTheFourFormsOfAnAddress(String item, String other, boolean blocked) {
        world.login(JULIET, "balcony").block("block", item);
        assertEquals(blocked, blocks(other));
        world.restart();
        assertEquals(blocked, blocks(other), "after a restart");
    }

    private static void assertNotKnown(Supplier<CompletionStage<Boolean>> question) {
        CompletableFuture<Boolean> answer = question.get().toCompletableFuture();
        assertThrows(ExecutionException.class, () -> answer.get(30, TimeUnit.SECONDS));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aListThatCannotBeReadIsNeverTakenForAnEmptyOne(boolean throwing) {
        world.accounts.failReads = true;
        world.accounts.throwing = throwing;
        assertNotKnown(() -> world.service.blocks(JULIET, ROMEO));
        assertNotKnown(() -> world.service.blocksAnybody(JULIET));
        assertNotKnown(() -> world.service.maySeePresence(JULIET, ROMEO));
    }

    /** Also of somebody who is there, when nobody knows what was written last. */
    @Test
    void aListOfWhichNobodyKnowsWhatItHoldsIsReadAgain() {
        Client juliet = world.login(JULIET, "balcony");
        world.accounts.failWrites = true;
        assertThrows(AssertionError.class, () -> juliet.block("block", "romeo@restante.im"));
        world.accounts.failReads = true;
        assertNotKnown(() -> world.service.blocks(JULIET, ROMEO));
        assertNotKnown(() -> world.service.blocksAnybody(JULIET));
        world.accounts.failReads = false;
        assertFalse(blocks("romeo@restante.im"));
    }

    @Test
    void neverBlocksOwnResourcesNorTheServerItself() {
        Client juliet = world.login(JULIET, "balcony");
        assertEquals("result", outcome(juliet.block("block", "restante.im")));
        assertTrue(blocks("romeo@restante.im"));
        assertFalse(blocks("juliet@restante.im/chamber"));
        assertFalse(blocks("restante.im"));
        assertEquals("not-allowed", outcome(juliet.block("block", "juliet@restante.im")));
        assertEquals("not-allowed", outcome(juliet.block("block", "romeo@restante.im", "juliet@restante.im/x")));
        assertEquals(List.of("restante.im"), jids(list(juliet)));
    }

    @Test
    void isTrueForTheOwnerAloneAndForAccountsOfThisServer() {
        world.login(JULIET, "balcony").block("block", "romeo@restante.im");
        assertFalse(World.await(world.service.blocks(ROMEO, JULIET)));
        assertFalse(World.await(world.service.blocks(Jid.of("restante.im"), ROMEO)));
        assertFalse(World.await(world.service.blocks(Jid.of("juliet@verona.example"), ROMEO)));
        assertTrue(World.await(world.service.blocksAnybody(JULIET)));
        assertFalse(World.await(world.service.blocksAnybody(ROMEO)));
    }

    @Test
    void answersAtOnceForWhoIsOnline() {
        world.login(JULIET, "balcony");
        int reads = world.accounts.reads.get();
        assertTrue(world.service.blocks(JULIET, ROMEO).toCompletableFuture().isDone());
        assertEquals(reads, world.accounts.reads.get());
    }

    @Test
    void readsNothingButTheBlockListOfWhoIsAway() {
        world.accounts.node(JULIET, RosterCache.BLOCKING_NODE).put("romeo@restante.im", "blocked");
        assertTrue(blocks("romeo@restante.im/orchard"));
        assertEquals(1, world.accounts.reads.get());
        assertNull(world.service.cache().held(JULIET));
    }

    @Test
    void pushesGoToWhoAskedForTheList() {
        Client balcony = world.login(JULIET, "balcony");
        Client chamber = world.login(JULIET, "chamber");
        balcony.got();
        assertEquals(List.of(), jids(list(balcony)));
        assertEquals("result", outcome(chamber.block("block", "romeo@restante.im")));
        balcony.gets("block romeo");
        chamber.gets();
        assertEquals(List.of("romeo@restante.im"), jids(list(chamber)));
        balcony.block("block", "romeo@restante.im");
        balcony.gets();
        balcony.block("unblock", "romeo@restante.im");
        balcony.gets("unblock romeo");
        chamber.gets("unblock romeo");
        balcony.block("block", "romeo@restante.im", "nurse@restante.im");
        balcony.block("unblock");
        balcony.gets("block romeo", "unblock");
        assertEquals(List.of(), jids(list(balcony)));
        assertTrue(world.accounts.node(JULIET, RosterCache.BLOCKING_NODE).isEmpty());
    }

    @Test
    void aFlawedRequestIsRefusedWhole() {
        Client juliet = world.login(JULIET, "balcony");
        assertEquals("bad-request", outcome(juliet.block("block")));
        assertEquals("jid-malformed", outcome(juliet.block("block", "romeo@restante.im", "@")));
        assertEquals(
                "bad-request",
                outcome(juliet.asks("<iq type='set' id='x'><block xmlns='urn:xmpp:blocking'><item/></block></iq>")));
        assertEquals(
                "bad-request", outcome(juliet.asks("<iq type='get' id='x'><block xmlns='urn:xmpp:blocking'/></iq>")));
        assertEquals(
                "bad-request",
                outcome(juliet.asks("<iq type='set' id='x'><blocklist xmlns='urn:xmpp:blocking'/></iq>")));
        assertEquals(List.of(), jids(list(juliet)));
    }

    @Test
    void theListHasABound() {
        Client juliet = world.login(JULIET, "balcony");
        String[] many = new String[Blocking.ITEMS_MAX];
        for (int i = 0; i < many.length; i++) {
            many[i] = "u" + i + "@restante.im";
        }
        assertEquals("result", outcome(juliet.block("block", many)));
        assertEquals("resource-constraint", outcome(juliet.block("block", "romeo@restante.im")));
        assertEquals("result", outcome(juliet.block("unblock", "u1@restante.im")));
        assertEquals("result", outcome(juliet.block("block", "romeo@restante.im")));
    }

    @Test
    void theListIsBoundedInBytes() {
        Client juliet = world.login(JULIET, "balcony");
        String[] many = new String[Blocking.MAX_HEAP / 4_096];
        for (int i = 0; i < many.length; i++) {
            many[i] = "u" + i + "@restante.im/" + "r".repeat(1_000);
        }
        assertEquals("result", outcome(juliet.block("block", many)));
        for (int i = 0; i < many.length; i++) {
            many[i] = "v" + i + "@restante.im/" + "r".repeat(1_000);
        }
        assertEquals("resource-constraint", outcome(juliet.block("block", many)));
        assertFalse(World.await(world.service.blocks(JULIET, Jid.of(many[0]))));
    }

    @Test
    void blockingMakesTheOwnerVanishAndUnblockingShowsBothAgain() {
        world.befriend(ROMEO, JULIET);
        Client romeo = world.login(ROMEO, "orchard");
        Client juliet = world.login(JULIET, "balcony");
        romeo.got();
        juliet.block("block", "romeo@restante.im");
        romeo.gets("unavailable juliet/balcony");
        juliet.sends("<presence><show>dnd</show></presence>");
        romeo.sends("<presence><show>dnd</show></presence>");
        juliet.gets("available juliet/balcony");
        romeo.gets("available romeo/orchard");
        juliet.block("unblock", "romeo@restante.im");
        romeo.gets("available juliet/balcony");
        juliet.gets("available romeo/orchard");
    }

    @Test
    void blockingOneResourceLeavesTheOthersTheirView() {
        world.befriend(ROMEO, JULIET);
        Client orchard = world.login(ROMEO, "orchard");
        Client street = world.login(ROMEO, "street");
        Client juliet = world.login(JULIET, "balcony");
        orchard.got();
        street.got();
        juliet.block("block", "romeo@restante.im/orchard");
        orchard.gets("unavailable juliet/balcony");
        street.gets();
        juliet.sends("<presence type='unavailable'/>");
        orchard.gets();
        street.gets("unavailable juliet/balcony");
    }

    @Test
    void blockingTakesDirectedPresenceBack() {
        Client nurse = world.login(NURSE, "hall");
        Client juliet = world.login(JULIET, "balcony");
        juliet.sends("<presence to='nurse@restante.im/hall'/>");
        juliet.block("block", "nurse@restante.im");
        nurse.gets("available juliet/balcony", "unavailable juliet/balcony");
        juliet.drops();
        nurse.gets();
    }

    @Test
    void nobodyIsToldOfABlockWhoSawNothing() {
        Client romeo = world.login(ROMEO, "orchard");
        Client juliet = world.login(JULIET, "balcony");
        juliet.block("block", "romeo@restante.im");
        juliet.block("unblock", "romeo@restante.im");
        romeo.gets();
    }

    @Test
    void whoIsBlockedIsInvisibleAndMeetsSilence() {
        world.befriend(ROMEO, JULIET);
        Client juliet = world.login(JULIET, "balcony");
        juliet.block("block", "romeo@restante.im");
        juliet.got();
        Client romeo = world.bind(ROMEO, "orchard");
        romeo.sends("<presence/>");
        romeo.gets("available romeo/orchard");
        romeo.sends("<presence type='probe' to='juliet@restante.im'/>");
        romeo.sends("<presence to='juliet@restante.im'/>");
        romeo.sends("<presence to='juliet@restante.im/balcony'/>");
        romeo.sends("<presence type='error' to='juliet@restante.im/balcony'/>");
        romeo.gets();
        juliet.gets();
        assertFalse(World.await(world.service.maySeePresence(JULIET, ROMEO)));
        romeo.drops();
        juliet.gets();
    }

    @Test
    void aBlockedStrangersRequestLooksUnansweredAndIsNotKept() {
        Client juliet = world.login(JULIET, "balcony");
        juliet.block("block", "romeo@restante.im");
        Client romeo = world.login(ROMEO, "orchard");
        romeo.subscription("subscribe", JULIET);
        romeo.gets("push juliet none?");
        juliet.gets();
        assertEquals("-", world.state(JULIET, ROMEO));
    }

    @Test
    void aRequestMadeBeforeTheBlockIsNotShownWhileItLasts() {
        world.login(ROMEO, "orchard").subscription("subscribe", JULIET);
        Client juliet = world.bind(JULIET, "balcony");
        juliet.block("block", "romeo@restante.im");
        juliet.sends("<presence/>");
        juliet.gets("available juliet/balcony");
        juliet.block("unblock", "romeo@restante.im");
        Client chamber = world.bind(JULIET, "chamber");
        chamber.sends("<presence/>");
        assertTrue(chamber.got().contains("subscribe romeo"));
    }

    @Test
    void aBlockedContactWhoUnsubscribesIsNotHeardButNoted() {
        world.befriend(ROMEO, JULIET);
        Client juliet = world.login(JULIET, "balcony");
        Client romeo = world.login(ROMEO, "orchard");
        juliet.block("block", "romeo@restante.im");
        juliet.got();
        romeo.subscription("unsubscribe", JULIET);
        juliet.gets("push romeo to");
    }

    @Test
    void whatTheOwnerSendsToABlockedContactIsNotAcceptable() {
        Client juliet = world.login(JULIET, "balcony");
        Client romeo = world.login(ROMEO, "orchard");
        juliet.block("block", "romeo@restante.im");
        juliet.sends("<presence to='romeo@restante.im'/>");
        juliet.subscription("subscribe", ROMEO);
        juliet.subscription("probe", ROMEO);
        juliet.sends("<presence type='unavailable' to='romeo@restante.im'/>");
        Element first = juliet.received.peek();
        juliet.gets("error romeo not-acceptable", "error romeo not-acceptable", "error romeo not-acceptable");
        Element error = first.child(Namespaces.CLIENT, "error").orElseThrow();
        assertTrue(error.child("urn:xmpp:blocking:errors", "blocked").isPresent());
        assertEquals("cancel", error.attribute("type"));
        romeo.gets();
        assertEquals("-", world.state(JULIET, ROMEO));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            <message from='a@x' to='b@x'/>                       | service-unavailable | not-acceptable
            <message from='a@x' to='b@x' type='chat'/>           | service-unavailable | not-acceptable
            <message from='a@x' to='b@x' type='headline'/>       | -                   | not-acceptable
            <message from='a@x' to='b@x' type='error'/>          | -                   | -
            <presence from='a@x' to='b@x'/>                      | -                   | not-acceptable
            <presence from='a@x' to='b@x' type='subscribe'/>     | -                   | not-acceptable
            <presence from='a@x' to='b@x' type='error'/>         | -                   | -
            <iq from='a@x' to='b@x' type='get' id='1'><q/></iq>  | service-unavailable | not-acceptable
            <iq from='a@x' to='b@x' type='set' id='1'><q/></iq>  | service-unavailable | not-acceptable
            <iq from='a@x' to='b@x' type='result' id='1'/>       | -                   | -
            <iq from='a@x' to='b@x' type='error' id='1'/>        | -                   | -
            """)
    void answersAsTheXepAsks(String xml, String toBlocked, String toBlocker) {
        assertEquals(toBlocked, condition(world.service.answerForBlocked(stanza(xml))));
        Stanza answer = world.service.answerForBlocking(stanza(xml));
        assertEquals(toBlocker, condition(answer));
        if (answer != null) {
            assertEquals("a@x", answer.to().toString());
            assertEquals("b@x", answer.from().toString());
        }
    }

    private static String condition(Stanza answer) {
        return answer == null
                ? "-"
                : answer.element()
                        .child(Namespaces.CLIENT, "error")
                        .flatMap(Element::firstChild)
                        .map(Element::name)
                        .orElseThrow();
    }

    @Test
    void theServerSaysThatItCanBlock() {
        assertEquals(Set.of("urn:xmpp:blocking"), world.blocking.serverFeatures());
        assertNull(world.service.answerForBlocked(stanza("<presence from='a@x' to='b@x'/>")));
    }
}
