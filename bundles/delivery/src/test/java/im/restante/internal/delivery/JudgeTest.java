package im.restante.internal.delivery;

import static im.restante.internal.delivery.Fixture.FILTER;
import static im.restante.internal.delivery.Fixture.ROMEO;
import static im.restante.internal.delivery.Fixture.message;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import im.restante.config.ConfigException;
import im.restante.delivery.StorageDecision;
import im.restante.filter.Opinion;
import im.restante.stanza.StanzaError;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JudgeTest {
    @Test
    void keepsByTheRuleOfTheFilterWithoutAskingTheQuota() {
        Fixture fixture = new Fixture();
        fixture.delivery.bindFilter(FILTER);
        fixture.delivery.bindQuota((owner, sender) -> fail("asked too early"));
        assertEquals(new StorageDecision.Keep("kept"), fixture.delivery.judge(message("chat", "body"), ROMEO));
    }

    @ParameterizedTest(name = "type {0} with [{1}] skipped: answered {2}")
    @CsvSource({
        "chat, body, true",
        "normal, body, true",
        "chat, active, false",
        "chat, receipt, false",
        "chat, receipt store, false",
        "chat, encrypted, true",
        "chat, encrypted active, true",
        "chat, anything, true",
        "chat, anything receipt, true",
        "normal, anything, true",
        "chat, store, true",
        "chat, '', true",
        "headline, anything, false",
        "headline, body, false",
        "groupchat, body, true",
        "groupchat, active, true",
        "error, body, false"
    })
    void answersWhatIsSkippedUnlessItIsNothingButASignal(String type, String children, boolean answered) {
        Fixture fixture = new Fixture().judging();
        fixture.delivery.bindFilter(m -> Opinion.skip("a rule"));
        assertEquals(
                new StorageDecision.Skip(
                        "a rule", answered ? StanzaError.of(StanzaError.Condition.SERVICE_UNAVAILABLE) : null),
                fixture.delivery.judge(message(type, children), ROMEO));
    }

    @ParameterizedTest(name = "[{0}] with msg-offline=false: answered {1}")
    @CsvSource({"body, true", "encrypted, true", "encrypted active, true", "receipt, false", "active, false"})
    void keepsNothingWhenStorageIsOff(String children, boolean answered) {
        Fixture fixture = new Fixture(Map.of("msg-offline", "false")).judging();
        StorageDecision.Skip skip =
                assertInstanceOf(StorageDecision.Skip.class, fixture.delivery.judge(message("chat", children), ROMEO));
        assertEquals(answered ? StanzaError.of(StanzaError.Condition.SERVICE_UNAVAILABLE) : null, skip.answer());
    }

    @Test
    void announcesOfflineStorageOnlyWhileItIsOn() {
        Fixture fixture = new Fixture();
        assertEquals(Set.of("msgoffline"), fixture.delivery.serverFeatures());
        fixture.delivery.modified(Map.of("msg-offline", "false"));
        assertEquals(Set.of(), fixture.delivery.serverFeatures());
        fixture.delivery.modified(Map.of());
        assertEquals(Set.of("msgoffline"), fixture.delivery.serverFeatures());
    }

    @Test
    void keepsTheLastGoodSettingsWhenAValueIsBad() {
        Fixture fixture = new Fixture(Map.of("msg-offline", "false"));
        fixture.delivery.modified(Map.of("msg-offline", "true", "store-timeout-seconds", "0"));
        assertEquals(Set.of(), fixture.delivery.serverFeatures());
    }

    @Test
    void tellsListenersWhatIsInForceAndNothingThatIsRefused() {
        Fixture fixture = new Fixture();
        Told told = new Told();
        fixture.delivery.addSettingsListener(told);
        fixture.delivery.modified(Map.of("store-timeout-seconds", "0"));
        fixture.delivery.modified(Map.of("msg-offline", "false"));
        String rest = " store= store-timeout-seconds=10 swap-timeout-seconds=5 retention-days=0";
        assertEquals(List.of("msg-offline=true" + rest, "msg-offline=false" + rest), told.inForce);
    }

    @Test
    void refusesToStartWithABadValueAndNamesIt() {
        ConfigException e =
                assertThrows(ConfigException.class, () -> new Fixture(Map.of("swap-timeout-seconds", "soon")));
        assertTrue(e.getMessage().startsWith("im.restante.offline: swap-timeout-seconds=soon"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "receipt",
                "displayed",
                "active",
                "receipt store",
                "displayed thread stanza-id delay",
                "active empty-body",
                "active nick"
            })
    void neverBouncesWhatIsNothingButASignal(String children) {
        assertTrue(SenderErrors.isNeverBounced(message("chat", children)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"body", "body active", "body receipt", "encrypted active", "anything", "store", ""})
    void bouncesEverythingElse(String children) {
        assertEquals(false, SenderErrors.isNeverBounced(message("chat", children)));
    }

    @Test
    void neverBouncesAnError() {
        assertTrue(SenderErrors.isNeverBounced(message("error", "body")));
        assertSame(null, SenderErrors.unlessNeverBounced(message("error", "body"), SenderErrors.NOT_STORED));
    }
}
