package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static im.restante.internal.routing.Server.get;
import static im.restante.itests.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.amp.MessageRules;
import im.restante.internal.routing.Server.Client;
import im.restante.jid.Jid;
import im.restante.session.CloseReason;
import im.restante.stanza.Message;
import im.restante.store.MessageKind;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages with rules (XEP-0079), seen from outside. */
class RulesTest {
    private static final String PAST = "2020-01-01T00:00:00Z";
    private static final String FUTURE = "2999-01-01T00:00:00Z";

    private Server server = new Server(Map.of("window", "1")).withRules();

    @AfterEach
    void stop() {
        server.close();
    }

    /** How the recipient is, and which conditions that meets. */
    enum Recipient {
        ABSENT("romeo@localhost", "deliver=stored", "match-resource=any", "match-resource=exact"),
        ABSENT_RESOURCE("romeo@localhost/gone", "deliver=stored", "match-resource=any", "match-resource=other"),
        MATCHING("romeo@localhost/orchard", "deliver=direct", "match-resource=any", "match-resource=exact"),
        ANOTHER("romeo@localhost/gone", "deliver=direct", "match-resource=any", "match-resource=other"),
        PRESENT("romeo@localhost", "deliver=direct", "match-resource=any", "match-resource=other"),
        DRAINING("romeo@localhost", "deliver=stored", "match-resource=any", "match-resource=exact"),
        DRAINING_ADDRESSED("romeo@localhost/orchard", "deliver=stored", "match-resource=any", "match-resource=other"),
        DRAINING_ANOTHER("romeo@localhost/gone", "deliver=stored", "match-resource=any", "match-resource=other"),
        FULL("romeo@localhost", "deliver=none", "match-resource=other"),
        NOBODY("nobody@localhost", "deliver=none", "match-resource=other");

        private final String address;
        private final Set<String> met;

        Recipient(String address, String... met) {
            this.address = address;
            this.met = Set.of(met);
        }

        boolean meets(String condition) {
            return met.contains(condition) || condition.equals("expire-at=" + PAST);
        }

        boolean takes() {
            return this != FULL && this != NOBODY;
        }
    }

    private static final List<String> CONDITIONS = List.of(
            "deliver=direct",
            "deliver=forward",
            "deliver=gateway",
            "deliver=none",
            "deliver=stored",
            "expire-at=" + PAST,
            "expire-at=" + FUTURE,
            "match-resource=any",
            "match-resource=exact",
            "match-resource=other");

    static Stream<Arguments> recipientsAndActions() {
        return Stream.of(Recipient.values())
                .flatMap(recipient ->
                        Stream.of("alert", "drop", "error", "notify").map(action -> Arguments.of(recipient, action)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("recipientsAndActions")
    void actsOnWhatHappens(Recipient recipient, String action) {
        Client juliet = server.connect(JULIET, "balcony");
        Client romeo = prepare(recipient, juliet);
        for (String condition : CONDITIONS) {
            int before = juliet.link.received().size();
            juliet.say(
                    message(recipient.address, "", rule(condition, action)).replace("<body>x", "<body>" + condition));
            boolean met = recipient.meets(condition);
            boolean proceeds = !met || action.equals("notify");
            assertEquals(proceeds && recipient.takes(), hasGot(romeo, condition), condition);
            List<Element> told = new ArrayList<>(juliet.link
                    .received()
                    .subList(before, juliet.link.received().size()));
            if (met && !action.equals("drop")) {
                assertReply(told.remove(0), recipient.address, condition, action);
            }
            assertEquals(proceeds && !recipient.takes() ? 1 : 0, told.size(), condition);
            if (!told.isEmpty()) {
                assertEquals("error", told.get(0).attribute("type"));
                assertNotNull(told.get(0).child(Namespaces.CLIENT, "body").orElse(null));
            }
        }
    }

    /** Live mail goes through the spool, and counts as direct all the same. */
    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("recipientsAndActions")
    void actsOnWhatHappensWithTheJournalToo(Recipient recipient, String action) {
        server.close();
        server = new Server(Map.of("window", "1", "journal", "true")).withRules();
        actsOnWhatHappens(recipient, action);
    }

    private Client prepare(Recipient recipient, Client juliet) {
        switch (recipient) {
            case MATCHING, ANOTHER, PRESENT -> {
                Client romeo = server.connect(ROMEO, "orchard");
                romeo.available(0);
                eventually(() -> isDirect(juliet));
                return romeo;
            }
            case DRAINING, DRAINING_ADDRESSED, DRAINING_ANOTHER -> {
                List.of("before 1", "before 2", "before 3").forEach(body -> juliet.chat(ROMEO, body));
                Client romeo = server.connect(ROMEO, "orchard", new FakeLink().unproved());
                romeo.available(0);
                eventually(() -> romeo.link.batchesUnproved() == 1);
                return romeo;
            }
            case FULL -> {
                server.delivery.limit = 0;
                return null;
            }
            default -> {
                return null;
            }
        }
    }

    /** Whether Romeo is given at once what comes: with the journal no state says so. */
    private boolean isDirect(Client juliet) {
        juliet.say(message(ROMEO, "", rule("deliver=direct", "notify")));
        return juliet.link.last() != null;
    }

    private boolean hasGot(Client romeo, String body) {
        return server.delivery.spool(ROMEO).contains(body)
                || romeo != null && romeo.bodies().contains(body);
    }

    private static void assertReply(Element reply, String to, String condition, String action) {
        assertEquals("localhost", reply.attribute("from"));
        assertEquals("juliet@localhost/balcony", reply.attribute("to"));
        assertEquals("m1", reply.attribute("id"));
        assertNull(reply.child(Namespaces.CLIENT, "body").orElse(null));
        Element amp = reply.child(MessageRules.NAMESPACE, "amp").orElseThrow();
        assertEquals(action, amp.attribute("status"));
        assertEquals("juliet@localhost/balcony", amp.attribute("from"));
        assertEquals(to, amp.attribute("to"));
        Element rule = amp.child(MessageRules.NAMESPACE, "rule").orElseThrow();
        assertEquals(condition, rule.attribute("condition") + "=" + rule.attribute("value"));
        assertEquals(action.equals("error") ? "error" : null, reply.attribute("type"));
        assertEquals(
                action.equals("error"),
                reply.child(Namespaces.CLIENT, "error")
                        .flatMap(error -> error.child(MessageRules.NAMESPACE + "#errors", "failed-rules"))
                        .flatMap(failed -> failed.child(MessageRules.NAMESPACE, "rule"))
                        .isPresent());
    }

    private static String rule(String condition, String action) {
        int at = condition.indexOf('=');
        return "<rule condition='" + condition.substring(0, at) + "' value='" + condition.substring(at + 1)
                + "' action='" + action + "'/>";
    }

    private static String message(Object to, String more, String rules) {
        return "<message to='" + to + "' type='chat' id='m1'><body>x</body>" + more + "<amp xmlns='"
                + MessageRules.NAMESPACE + "'>" + rules + "</amp></message>";
    }

    @Test
    void theFirstRuleThatIsMetDecides() {
        Client juliet = server.connect(JULIET, "balcony");
        juliet.say(message(
                ROMEO,
                "",
                rule("deliver=direct", "drop")
                        + rule("deliver=stored", "notify")
                        + rule("match-resource=any", "drop")));
        assertEquals(List.of("x"), server.delivery.spool(ROMEO));
        assertReply(juliet.link.last(), ROMEO.toString(), "deliver=stored", "notify");
    }

    @Test
    void aResourceThatIsGoneIsAnotherOneThanAddressed() { // the example of §5.1
        Client juliet = server.connect(JULIET, "balcony");
        String rules = rule("match-resource=other", "error");
        juliet.say(message(ROMEO + "/gone", "", rules).replace("type='chat' ", ""));
        assertReply(juliet.link.last(), ROMEO + "/gone", "match-resource=other", "error");
        assertEquals(1, juliet.link.received().size());
    }

    @Test
    void rulesWinOverHints() {
        Client juliet = server.connect(JULIET, "balcony");
        server.delivery.hints = true;
        String hint = "<no-store xmlns='" + Namespaces.HINTS + "'/>";
        juliet.say("<message to='" + ROMEO + "' type='chat' id='1'><body>y</body>" + hint + "</message>");
        assertEquals(List.of(), server.delivery.spool(ROMEO));
        juliet.say(message(ROMEO, hint, rule("deliver=stored", "notify")));
        assertEquals(List.of("x"), server.delivery.spool(ROMEO));
        assertReply(juliet.link.last(), ROMEO.toString(), "deliver=stored", "notify");
    }

    @Test
    void theRecipientIsToldWhoseRulesTheseAre() {
        Client juliet = server.connect(JULIET, "balcony");
        Client romeo = server.live(ROMEO, "orchard", 0);
        juliet.say(message(ROMEO, "", rule("deliver=stored", "drop")));
        Element amp = romeo.link.last().child(MessageRules.NAMESPACE, "amp").orElseThrow();
        assertEquals("juliet@localhost/balcony", amp.attribute("from"));
        assertEquals("romeo@localhost", amp.attribute("to"));
        assertEquals(1, amp.children().size());
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource({
        "deliver=direct, alert, refused",
        "deliver=stored, error, refused",
        "deliver=none, notify, refused",
        "match-resource=exact, notify, refused",
        "expire-at=2999-01-01T00:00:00Z, alert, refused",
        "deliver=gateway, alert, taken",
        "deliver=stored, drop, dropped",
        "expire-at=2999-01-01T00:00:00Z, drop, taken",
    })
    void aStrangerLearnsNothing(String condition, String action, String outcome) {
        server.roster.strangers = true;
        Client juliet = server.connect(JULIET, "balcony");
        List<String> seen = new ArrayList<>();
        for (Jid to : List.of(ROMEO, Jid.of("nobody@localhost"))) {
            int before = juliet.link.received().size();
            juliet.say(message(to, "", rule(condition, action)));
            if (outcome.equals("refused")) {
                Element error =
                        juliet.link.last().child(Namespaces.CLIENT, "error").orElseThrow();
                assertTrue(
                        error.child(Namespaces.STANZA_ERRORS, "not-acceptable").isPresent());
                assertTrue(error.child(MessageRules.NAMESPACE, "invalid-rules").isPresent());
                assertEquals(before + 1, juliet.link.received().size());
                seen.add(juliet.link.last().toString());
            }
        }
        assertEquals(outcome.equals("taken"), hasGot(null, "x"));
        assertTrue(seen.isEmpty() || seen.get(0).equals(seen.get(1)));
    }

    @Test
    void rulesToTheOwnAccountNeedNobodysLeave() {
        server.roster.strangers = true;
        Client juliet = server.connect(JULIET, "balcony");
        juliet.say(message(JULIET, "", rule("deliver=stored", "notify")));
        assertReply(juliet.link.last(), JULIET.toString(), "deliver=stored", "notify");
    }

    @Test
    void repliesAboutRulesAndErrorsAreNotJudged() {
        Client juliet = server.connect(JULIET, "balcony");
        Client romeo = server.live(ROMEO, "orchard", 0);
        String reply = message(ROMEO, "", rule("deliver=direct", "drop")).replace("<amp ", "<amp status='alert' ");
        juliet.say(reply);
        juliet.say(
                message(ROMEO + "/orchard", "", rule("deliver=direct", "drop")).replace("'chat'", "'error'"));
        assertEquals(List.of("x", "x"), romeo.bodies());
    }

    @Test
    void withoutAnybodyWhoReadsThemRulesMeanNothing() {
        try (Server plain = new Server()) {
            Client juliet = plain.connect(JULIET, "balcony");
            juliet.say(message(ROMEO, "", rule("deliver=stored", "nonsense")));
            assertEquals(List.of("x"), plain.delivery.spool(ROMEO));
            assertNull(juliet.link.last());
        }
    }

    @Test
    void aMessageThatIsNotWantedStoredTakesNoPlaceBesideOthersOfTheDrain() {
        Client juliet = server.connect(JULIET, "balcony");
        Client romeo = prepare(Recipient.DRAINING, juliet);
        juliet.say(message(ROMEO, "", rule("deliver=stored", "drop")));
        juliet.chat(ROMEO, "after");
        eventually(() -> {
            romeo.link.prove(romeo.link.batchesUnproved());
            return server.state(romeo).equals("LIVE");
        });
        assertEquals(List.of("before 1", "before 2", "before 3", "after"), romeo.bodies());
    }

    /** A row of that kind says nothing of what had passed by then. */
    @Test
    void theRowOfAMessageThatSomebodyHasLiveSaysThatItsRulesWereFollowed() {
        Client juliet = server.connect(JULIET, "balcony");
        Client orchard = server.live(ROMEO, "orchard", 0);
        Client hall = server.live(ROMEO, "hall", 0);
        hall.link.hold(0);
        juliet.say(message(ROMEO, "", rule("expire-at=" + PAST, "notify")));
        assertEquals(List.of("x"), orchard.bodies());
        assertReply(juliet.link.last(), ROMEO.toString(), "expire-at=" + PAST, "notify");
        assertEquals(MessageKind.JOURNAL, kind());
    }

    @Test
    void whatHadPassedIsToldOfAMessageThatWasHeldInMemoryAndThenHandedOverLive() {
        server.close();
        server = new Server(Map.of()).withRules();
        server.handover = Duration.ofSeconds(60);
        Client juliet = server.connect(JULIET, "balcony");
        Client romeo = server.connect(ROMEO, "orchard", new FakeLink().hold(100));
        juliet.chat(ROMEO, "before");
        romeo.available(0);
        eventually(() -> server.state(romeo).equals("HANDOVER"));
        juliet.send(message(ROMEO, "", rule("expire-at=" + PAST, "notify")));
        romeo.link.flow();
        eventually(() -> romeo.bodies().equals(List.of("before", "x")));
        eventually(() -> juliet.link.received().size() == 1);
        assertReply(juliet.link.last(), ROMEO.toString(), "expire-at=" + PAST, "notify");
    }

    /** Its proof may come before anybody looks at the row. */
    @Test
    void whatHadPassedIsToldOfAMessageStoredDuringADrainThatAnotherSessionHas() {
        Client juliet = server.connect(JULIET, "balcony");
        Client draining = prepare(Recipient.DRAINING, juliet);
        Client hall = server.connect(ROMEO, "hall");
        hall.available(0);
        juliet.say(message(ROMEO, "", rule("expire-at=" + PAST, "notify")));
        assertEquals(List.of("x"), hall.bodies());
        eventually(() -> juliet.link.received().size() == 1);
        assertReply(juliet.link.last(), ROMEO.toString(), "expire-at=" + PAST, "notify");
        assertTrue(draining.link.batchesUnproved() > 0);
    }

    private MessageKind kind() {
        return server.delivery.rows.get(ROMEO).firstEntry().getValue().kind();
    }

    // ---- what somebody else does to a spool

    private static StoredMessage row(long id, String body, Instant end) {
        String stanza = "<message><body>" + body + "</body><amp xmlns='" + MessageRules.NAMESPACE + "'/></message>";
        return StoredMessage.of(
                        id, ROMEO, JULIET, Instant.now(), stanza.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .withExpiresAt(end);
    }

    private boolean isOnItsWay(long id) {
        return get(server.host.onTheirWay(ROMEO, List.of(id))).contains(id);
    }

    @Test
    void whatIsPastItsEndIsNotHandedOver() {
        get(server.delivery.requeue(List.of(row(1, "old", Instant.EPOCH), row(2, "new", null))));
        Client romeo = server.live(ROMEO, "orchard", 0);
        assertEquals(List.of("new"), romeo.bodies());
        assertEquals(List.of("old"), server.delivery.spool(ROMEO));
        assertFalse(isOnItsWay(1));
    }

    @Test
    void whatIsPastItsEndByARuleIsHandedOverWhereNobodyReadsRules() {
        try (Server plain = new Server()) {
            get(plain.delivery.requeue(List.of(row(1, "old", Instant.EPOCH))));
            Client romeo = plain.live(ROMEO, "orchard", 0);
            assertEquals(List.of("old"), romeo.bodies());
        }
    }

    @Test
    void aLeasedMessageIsOnItsWayUntilItsSessionEnds() {
        get(server.delivery.requeue(List.of(row(1, "x", null))));
        assertFalse(isOnItsWay(1));
        Client romeo = server.connect(ROMEO, "orchard", new FakeLink().unproved());
        romeo.available(0);
        eventually(() -> romeo.link.batchesUnproved() == 1);
        assertTrue(isOnItsWay(1));
        romeo.end(CloseReason.CUT);
        assertFalse(isOnItsWay(1));
    }

    @Test
    void aNoticeStoredBehindALiveSessionReachesIt() {
        Client juliet = server.live(JULIET, "balcony", 0);
        StoredMessage notice = get(server.host.notice(notice(JULIET))).orElseThrow();
        assertEquals(JULIET, notice.owner());
        assertEquals(MessageKind.NOTICE, notice.kind());
        get(server.delivery.requeue(List.of(notice)));
        server.host.arrived(JULIET);
        eventually(() -> juliet.bodies().equals(List.of("told")));
        eventually(() -> server.state(juliet).equals("LIVE"));
        Element got = juliet.link.last();
        assertTrue(got.child(Namespaces.DELAY, "delay").isPresent());
        assertTrue(got.child(Namespaces.STANZA_ID, "stanza-id").isPresent());
    }

    @Test
    void thereIsNoNoticeForSomebodyWithoutAnAccount() {
        assertTrue(get(server.host.notice(notice(Jid.of("nobody@localhost")))).isEmpty());
    }

    private static Message notice(Jid to) {
        return Message.of(Server.xml("<message from='localhost' to='" + to + "/balcony'><body>told</body></message>"));
    }
}
