package im.restante.internal.amp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.amp.AmpAction;
import im.restante.amp.AmpOutcome;
import im.restante.amp.MessageRules;
import im.restante.internal.stream.HardenedXmlCodec;
import im.restante.jid.Jid;
import im.restante.stanza.Message;
import im.restante.store.MessageKind;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlStreamException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmpRulesTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final HardenedXmlCodec CODEC = new HardenedXmlCodec();
    private static final String GOOD = "<rule action='drop' condition='deliver' value='stored'/>";

    private final AmpRules rules = new AmpRules(new Replies(Jid.of("localhost")), CODEC);

    private static String text(String id, String amp) {
        return "<message from='juliet@localhost/balcony' to='romeo@localhost' type='chat'" + id + "><body>secret</body>"
                + amp + "</message>";
    }

    private static Message read(String text) {
        try {
            return Message.of(CODEC.parse(text.getBytes(UTF_8), Namespaces.CLIENT));
        } catch (XmlStreamException e) {
            throw new AssertionError(e);
        }
    }

    private static String amp(String inside) {
        return "<amp xmlns='" + MessageRules.NAMESPACE + "'>" + inside + "</amp>";
    }

    private static Message message(String inside) {
        return read(text(" id='m1'", amp(inside)));
    }

    private static String rule(String action, String condition, String value) {
        return "<rule action='" + action + "' condition='" + condition + "' value='" + value + "'/>";
    }

    // ---- validation

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource({
        "alert, deliver, direct",
        "drop, deliver, forward",
        "error, deliver, gateway",
        "notify, deliver, none",
        "notify, deliver, stored",
        "drop, match-resource, any",
        "drop, match-resource, exact",
        "drop, match-resource, other",
        "drop, expire-at, 2004-09-10T08:33:14Z",
        "drop, expire-at, 2004-09-10T08:33:14.5Z",
        "drop, expire-at, 2004-09-10T08:33:14+00:00",
    })
    void takesEveryRuleOfTheXep(String action, String condition, String value) {
        assertEquals(Optional.empty(), rules.refusal(message(rule(action, condition, value)), true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ufffd", "&amp;", "x"})
    void aRefusalIsNoLargerThanWhatItRefuses(String character) throws Exception {
        Message message = message(rule("drop", character.repeat(100), "x"));
        int room = CODEC.serialize(message.element(), Namespaces.CLIENT).length + 512;
        Element refusal = rules.refusal(message, true).orElseThrow().element();
        int size = CODEC.serialize(refusal, Namespaces.CLIENT).length;
        assertTrue(size <= room, size + " of " + room);
    }

    @ParameterizedTest(name = "{0} {1} {2}: {3} {4}")
    @CsvSource({
        "reply, deliver, direct, bad-request, unsupported-actions",
        "Drop, deliver, direct, bad-request, unsupported-actions",
        "'', deliver, direct, bad-request, unsupported-actions",
        "drop, phase-of-moon, full, bad-request, unsupported-conditions",
        "drop, '', full, bad-request, unsupported-conditions",
        "drop, deliver, '', not-acceptable, invalid-rules",
        "drop, deliver, maybe, not-acceptable, invalid-rules",
        "drop, match-resource, none, not-acceptable, invalid-rules",
        "drop, expire-at, tomorrow, not-acceptable, invalid-rules",
        "drop, expire-at, 2004-09-10, not-acceptable, invalid-rules",
        "drop, expire-at, 2004-09-10T08:33:14+01:00, not-acceptable, invalid-rules",
    })
    void refusesAllFaultyRulesAtOnceAndListsThem(
            String action, String condition, String value, String general, String specific) {
        String faulty = rule(action, condition, value);
        Message refusal =
                rules.refusal(message(GOOD + faulty + GOOD + faulty), true).orElseThrow();
        assertEquals("error", refusal.element().attribute("type"));
        assertEquals("m1", refusal.id());
        assertEquals(Jid.of("localhost"), refusal.from());
        assertEquals(Jid.of("juliet@localhost/balcony"), refusal.to());
        assertFalse(refusal.hasBody());
        assertEquals(4, child(refusal.element(), "amp").children().size());
        Element error = error(refusal);
        assertEquals("modify", error.attribute("type"));
        assertTrue(error.child(Namespaces.STANZA_ERRORS, general).isPresent());
        List<Element> listed = child(error, specific).children();
        assertEquals(2, listed.size());
        assertEquals(action, listed.get(0).attribute("action"));
        assertEquals(condition, listed.get(0).attribute("condition"));
        assertEquals(value, listed.get(0).attribute("value"));
    }

    private static Element child(Element parent, String name) {
        return parent.child(MessageRules.NAMESPACE, name).orElseThrow();
    }

    private static Element error(Message message) {
        return message.element().child(Namespaces.CLIENT, "error").orElseThrow();
    }

    @Test
    void namesUnsupportedActionsBeforeConditionsBeforeValues() {
        String all = rule("drop", "deliver", "x") + rule("drop", "x", "x") + rule("x", "deliver", "direct");
        assertTrue(error(rules.refusal(message(all), true).orElseThrow())
                .child(MessageRules.NAMESPACE, "unsupported-actions")
                .isPresent());
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "<rule condition='deliver' value='stored'/>, unsupported-actions",
        "<rule action='drop' value='stored'/>, unsupported-conditions",
        "<rule action='drop' condition='deliver'/>, invalid-rules",
    })
    void aRuleThatLacksAnAttributeIsFaulty(String rule, String specific) {
        Element error = error(rules.refusal(message(rule), true).orElseThrow());
        assertEquals(1, child(error, specific).children().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " id=''"})
    void wantsAnId(String id) {
        Message refusal = rules.refusal(read(text(id, amp(GOOD))), true).orElseThrow();
        assertTrue(error(refusal).child(Namespaces.STANZA_ERRORS, "bad-request").isPresent());
    }

    @Test
    void wantsRulesAndAFlagThatIsOne() {
        assertTrue(rules.refusal(message(""), true).isPresent());
        String hops = amp(GOOD).replace("<amp ", "<amp per-hop='maybe' ");
        assertTrue(rules.refusal(read(text(" id='1'", hops)), true).isPresent());
    }

    // ---- what rules say

    @Test
    void ignoresResourcesWhenEveryHopIsAsked() { // §3.3.3
        String hops = amp(rule("drop", "match-resource", "any")).replace("<amp ", "<amp per-hop='true' ");
        AmpOutcome outcome = rules.outcome(read(text(" id='1'", hops)), false, NOW);
        assertEquals(new AmpOutcome(AmpAction.NONE, AmpAction.NONE, AmpAction.NONE), outcome);
    }

    @Test
    void saysWhoseRulesTheyAreWhenItPassesThemOn() {
        Element amp = child(rules.passedOn(message(GOOD)).element(), "amp");
        assertEquals("juliet@localhost/balcony", amp.attribute("from"));
        assertEquals("romeo@localhost", amp.attribute("to"));
        assertNull(amp.attribute("status"));
    }

    @Test
    void liesOnlyInMessagesThatAskForSomething() {
        assertTrue(MessageRules.areCarriedBy(message(GOOD)));
        assertFalse(MessageRules.areCarriedBy(read(text("", ""))));
        assertFalse(MessageRules.areCarriedBy(read(text("", amp(GOOD).replace("<amp ", "<amp status='alert' ")))));
        assertFalse(MessageRules.areCarriedBy(read(text("", amp(GOOD)).replace("'chat'", "'error'"))));
    }

    // ---- time

    private static StoredMessage row(String rules, Instant end) {
        return row(rules, end, MessageKind.OFFLINE);
    }

    private static StoredMessage row(String rules, Instant end, MessageKind kind) {
        return StoredMessage.of(
                        1,
                        Jid.of("romeo@localhost"),
                        Jid.of("juliet@localhost"),
                        NOW.minusSeconds(1),
                        text(" id='m1'", amp(rules)).getBytes(UTF_8))
                .withExpiresAt(end)
                .withKind(kind);
    }

    private static String at(String action, String time) {
        return rule(action, "expire-at", time);
    }

    @Test
    void aRowEndsWithTheFirstMomentOfItsRules() {
        String two = GOOD + at("drop", "2026-11-22T12:00:09Z") + at("drop", "2026-11-22T12:00:05.0009Z");
        assertEquals(Optional.of(NOW.plusSeconds(5)), rules.expiry(row(two, null)));
        assertEquals(Optional.empty(), rules.expiry(row(GOOD, null)));
        assertEquals(Optional.empty(), rules.expiry(row(at("drop", "tomorrow"), null)));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"alert, false, true", "drop, false, false", "error, false, true", "notify, true, true"})
    void actsWhenTheMomentHasCome(String action, boolean proceeds, boolean told) {
        StoredMessage row = row(at(action, "2026-11-22T12:00:00Z"), NOW);
        assertEquals(Optional.empty(), rules.expired(row, NOW.minusMillis(1)));
        AmpAction met = rules.expired(row, NOW).orElseThrow();
        assertEquals(proceeds, met.proceeds());
        assertEquals(told, met.told().isPresent());
        met.told().ifPresent(reply -> {
            assertEquals("m1", reply.id());
            assertEquals(Jid.of("juliet@localhost/balcony"), reply.to());
            assertFalse(reply.hasBody());
            assertEquals(action, child(reply.element(), "amp").attribute("status"));
        });
    }

    @Test
    void theFirstRuleWhoseMomentHasComeActs() {
        String both = at("alert", "2026-11-22T12:00:09Z") + at("drop", "2026-11-22T12:00:05Z");
        StoredMessage row = row(both, NOW.plusSeconds(5));
        assertTrue(rules.expired(row, NOW.plusSeconds(5)).orElseThrow().told().isEmpty());
        assertTrue(rules.expired(row, NOW.plusSeconds(9)).orElseThrow().told().isPresent());
    }

    @Test
    void whatWasToldOnceIsNotToldAtALaterEnd() {
        StoredMessage row = row(at("notify", "2026-11-22T12:00:00Z"), NOW.plusSeconds(60));
        assertEquals(Optional.empty(), rules.expired(row, NOW.plusSeconds(60)));
    }

    static List<MessageKind> kindsOfMail() {
        return List.of(MessageKind.OFFLINE, MessageKind.RETURNED, MessageKind.JOURNAL);
    }

    /** Its sender was told then, whatever became of the message. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("kindsOfMail")
    void whatHadPassedWhenAMessageCameIsNotToldOnceMoreByItsRow(MessageKind kind) {
        String passed = at("notify", "2026-11-22T11:59:59Z");
        AmpOutcome outcome = rules.outcome(message(passed), true, NOW.minusSeconds(1));
        assertTrue(outcome.direct().told().isPresent());
        assertTrue(outcome.stored().told().isPresent());
        assertEquals(Optional.empty(), rules.expiry(row(passed, null, kind)));
        assertEquals(Optional.empty(), rules.expired(row(passed, NOW, kind), NOW));

        String both = passed + at("alert", "2026-11-22T12:00:05Z");
        Instant end = NOW.plusSeconds(5);
        assertEquals(Optional.of(end), rules.expiry(row(both, null, kind)));
        AmpAction action = rules.expired(row(both, end, kind), end).orElseThrow();
        assertFalse(action.proceeds());
        assertTrue(action.told().isPresent());
    }

    @Test
    void aRowThatCannotBeReadEndsLikeAnyOther() {
        StoredMessage broken = StoredMessage.of(
                        1,
                        Jid.of("romeo@localhost"),
                        Jid.of("juliet@localhost"),
                        NOW,
                        ("<message>" + MessageRules.NAMESPACE).getBytes(UTF_8))
                .withExpiresAt(NOW);
        assertEquals(Optional.empty(), rules.expired(broken, NOW));
    }

    // ---- disco

    @Test
    void tellsWhatItCanDo() {
        assertEquals(Set.of(MessageRules.NAMESPACE), rules.serverFeatures());
        assertEquals(List.of(Element.of("http://jabber.org/features/amp", "amp")), rules.streamFeatures());
        assertEquals(
                Set.of(
                        MessageRules.NAMESPACE,
                        MessageRules.NAMESPACE + "?action=alert",
                        MessageRules.NAMESPACE + "?action=drop",
                        MessageRules.NAMESPACE + "?action=error",
                        MessageRules.NAMESPACE + "?action=notify",
                        MessageRules.NAMESPACE + "?condition=deliver",
                        MessageRules.NAMESPACE + "?condition=expire-at",
                        MessageRules.NAMESPACE + "?condition=match-resource"),
                rules.nodeFeatures(MessageRules.NAMESPACE));
        assertEquals(Set.of(), rules.nodeFeatures("another"));
    }
}
