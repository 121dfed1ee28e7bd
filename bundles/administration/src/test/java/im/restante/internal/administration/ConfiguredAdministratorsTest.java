package im.restante.internal.administration;

import static im.restante.internal.administration.Fakes.JULIET;
import static im.restante.internal.administration.Fakes.ROMEO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.ConfigException;
import im.restante.jid.Jid;
import im.restante.server.ServerInfo;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfiguredAdministratorsTest {
    private static final String KEY = "admins";

    private static ConfiguredAdministrators of(String admins) {
        ConfiguredAdministrators made = new ConfiguredAdministrators(Map.of(KEY, admins));
        made.bindServer(Fakes.server());
        return made;
    }

    @Test
    void nobodyIsOneUnlessNamed() {
        ConfiguredAdministrators none = new ConfiguredAdministrators(Map.of());
        none.bindServer(Fakes.server());
        assertFalse(none.isAdministrator(JULIET));
        assertFalse(of(" , ").isAdministrator(JULIET));
    }

    @Test
    void namesAndAddressesOfAccountsAre() {
        ConfiguredAdministrators both = of("Juliet, romeo@example.org");
        assertTrue(both.isAdministrator(JULIET));
        assertTrue(both.isAdministrator(JULIET.withResource("balcony")));
        assertTrue(both.isAdministrator(ROMEO));
        assertFalse(both.isAdministrator(Jid.of("tybalt@example.org")));
    }

    @Test
    void anotherDomainsAccountsAndTheServerItselfAreNot() {
        ConfiguredAdministrators some = of("juliet,romeo@example.net");
        assertFalse(some.isAdministrator(Jid.of("juliet@example.net")));
        assertFalse(some.isAdministrator(Jid.of("juliet@conference.example.org")));
        assertFalse(some.isAdministrator(Jid.of("romeo@example.net")));
        assertFalse(some.isAdministrator(ROMEO));
        assertFalse(some.isAdministrator(Jid.of("example.org")));
        assertEquals(
                List.of("admins: romeo@example.net administers nothing: this server has the domain example.org"),
                some.judge(Map.of(KEY, "juliet,romeo@example.net")));
    }

    @Test
    void nobodyIsOneWhileTheDomainIsNotKnown() {
        ConfiguredAdministrators early = new ConfiguredAdministrators(Map.of(KEY, "juliet"));
        assertFalse(early.isAdministrator(JULIET));
        ServerInfo first = Fakes.server();
        early.bindServer(first);
        early.bindServer(Fakes.server()); // the successor comes before the other goes
        early.unbindServer(first);
        assertTrue(early.isAdministrator(JULIET));
    }

    @Test
    void aChangeHoldsAtOnceAndABadOneNot() {
        ConfiguredAdministrators changed = of("juliet");
        changed.modified(Map.of(KEY, "romeo"));
        assertTrue(changed.isAdministrator(ROMEO));
        assertFalse(changed.isAdministrator(JULIET));
        changed.modified(Map.of(KEY, "juliet, rom eo"));
        assertTrue(changed.isAdministrator(ROMEO));
        assertFalse(changed.isAdministrator(JULIET));
    }

    @ParameterizedTest
    @ValueSource(strings = {"juliet, rom eo", "romeo@example.org/orchard", "@example.org", "romeo@", "a@b@c", "a/b"})
    void whatIsNoAccountRefusesAllAndIsNamed(String admins) {
        String said = assertThrows(ConfigException.class, () -> new ConfiguredAdministrators(Map.of(KEY, admins)))
                .getMessage();
        assertTrue(
                said.startsWith("im.restante.administration: admins=" + admins + ": must be names or addresses"), said);
        assertTrue(said.contains("is neither ("), said);
    }
}
