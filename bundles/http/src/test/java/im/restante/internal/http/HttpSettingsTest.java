package im.restante.internal.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.ConfigException;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpSettingsTest {
    @Test
    void byDefaultOperatorsAreServedOnLoopbackAndNobodyElse() {
        HttpSettings settings = HttpSettings.of(Map.of());
        assertEquals("127.0.0.1", settings.admin().host());
        assertEquals(5_280, settings.admin().port());
        assertFalse(settings.admin().tls());
        assertTrue(settings.everybody().isOff());
        assertEquals("admin http://127.0.0.1:5280, public off", settings.text());
    }

    @Test
    void takesTypedValuesAndNames() {
        HttpSettings settings = HttpSettings.of(
                Map.of("port", -1, "public-port", 443, "certificate", "c.pem", "host-names", " Chat.example , other"));
        assertTrue(settings.admin().isOff());
        assertTrue(settings.everybody().tls());
        assertEquals(Set.of("chat.example", "other"), settings.hostNames());
        assertTrue(settings.usesTls());
    }

    @ParameterizedTest
    @CsvSource({
        "port, door, port=door",
        "port, -2, port=-2",
        "port, 65536, port=65536",
        "tls, yes, tls=yes",
        "tls, on, certificate=null",
        "public-port, 5443, certificate=null",
        "public-port, x, public-port=x",
        "private-key, key.pem, private-key=key.pem",
        "host-names, http://chat.example, host-names=http://chat.example",
        "host-names, chat.example:80, host-names=chat.example:80"
    })
    void namesWhatIsWrong(String key, String value, String said) {
        ConfigException refused = assertThrows(ConfigException.class, () -> HttpSettings.of(Map.of(key, value)));
        assertTrue(refused.getMessage().startsWith("im.restante.http: " + said + ": must be "), refused.getMessage());
    }

    @Test
    void theAudiencesNeverShareAPort() {
        assertThrows(
                ConfigException.class,
                () -> HttpSettings.of(Map.of("public-port", "5280", "public-host", "0.0.0.0", "public-tls", "off")));
    }
}
