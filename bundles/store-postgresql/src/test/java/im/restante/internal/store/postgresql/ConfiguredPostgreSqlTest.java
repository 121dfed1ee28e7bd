package im.restante.internal.store.postgresql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.ConfigException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfiguredPostgreSqlTest {
    @Test
    void withoutAUrlThereIsNoStore() {
        assertTrue(PostgreSqlSettings.of(Map.of("url", " ", "user", "restante")).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:mariadb://localhost/restante",
                "localhost",
                "jdbc:postgresql://localhost",
                "jdbc:postgresql://localhost/",
                "jdbc:postgresql://localhost:port/restante",
                "jdbc:postgresql://one,two/restante",
                "jdbc:postgresql://localhost/restante?sslmode=perhaps",
            })
    void aUrlThatCannotBeRightIsRefused(String url) {
        ConfigException e = assertThrows(ConfigException.class, () -> PostgreSqlSettings.of(Map.of("url", url)));
        assertEquals(
                "im.restante.store.postgresql: url=" + url
                        + ": must be like jdbc:postgresql://HOST:5432/DATABASE, with one host",
                e.getMessage());
    }

    @Test
    void nothingSaysThePassword() {
        PostgreSqlSettings settings = PostgreSqlSettings.of(Map.of(
                        "url", "jdbc:postgresql://db.example.org/restante?sslmode=verify-full",
                        "user", "romeo",
                        ".password", "swordfish"))
                .orElseThrow();
        assertEquals("PostgreSQL database restante at db.example.org:5432", settings.place());
        assertFalse(settings.toString().contains("swordfish"), settings.toString());
        assertEquals("swordfish", settings.properties().getProperty("password"));
        ConfigException e = assertThrows(
                ConfigException.class,
                () -> PostgreSqlSettings.of(
                        Map.of("url", "jdbc:postgresql://one,two/restante?password=swordfish&sslmode=verify-full")));
        assertFalse(e.getMessage().contains("swordfish"), e.getMessage());
        assertTrue(e.getMessage().contains("sslmode=verify-full"), e.getMessage());
    }
}
