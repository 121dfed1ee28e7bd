package im.restante.internal.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.ConfigException;
import im.restante.session.ProofPolicy;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpoolSettingsTest {
    @ParameterizedTest
    @CsvSource({"window, 0", "window, 501", "window-bytes, none", "spill-limit, -1"})
    void badSettingsAreRefusedWithTheirKey(String key, String value) {
        ConfigException problem = assertThrows(ConfigException.class, () -> SpoolSettings.of(Map.of(key, value)));
        assertTrue(problem.getMessage().startsWith("im.restante.offline: " + key + "=" + value), problem.getMessage());
    }

    @Test
    void theProofPolicyIsReadStrictly() {
        assertEquals(
                new ProofPolicy(ProofPolicy.Way.AUTO, Duration.ofSeconds(60)),
                SpoolSettings.of(Map.of()).proof());
        assertEquals(
                new ProofPolicy(ProofPolicy.Way.SM, Duration.ofSeconds(5)),
                SpoolSettings.of(Map.of("proof", "sm", "proof-timeout-seconds", "5"))
                        .proof());
        ConfigException wrong = assertThrows(ConfigException.class, () -> SpoolSettings.of(Map.of("proof", "maybe")));
        assertTrue(wrong.getMessage().contains("auto, sm, ping, write"), wrong.getMessage());
    }
}
