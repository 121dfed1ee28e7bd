package im.restante.internal.store.mariadb;

import static im.restante.itests.contract.Stages.awaitFailure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.UserRepository;
import im.restante.config.ConfigException;
import im.restante.metric.MetricSource;
import im.restante.store.MessageArchive;
import im.restante.store.MessageStore;
import java.lang.reflect.Proxy;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

class ConfiguredMariaDbTest {
    /** Nobody listens there. */
    private static final Map<String, Object> NOWHERE = Map.of("url", "jdbc:mariadb://127.0.0.1:1/restante");

    /** What is registered; null: nothing. */
    private MessageStore registered;

    /** The archive that is registered; null: none. */
    private MessageArchive archived;

    /** Whether figures and health of the store are registered. */
    private boolean reported;

    private Dictionary<?, ?> properties;
    private List<String> names;
    private ConfiguredMariaDb component;

    private final BundleContext context = (BundleContext) Proxy.newProxyInstance(
            BundleContext.class.getClassLoader(), new Class<?>[] {BundleContext.class}, (proxy, method, args) -> {
                assertEquals("registerService", method.getName());
                if (args[1] instanceof ConfiguredMariaDb) {
                    assertEquals("im.restante.store.mariadb", ((Dictionary<?, ?>) args[2]).get("settings.pid"));
                    assertEquals(
                            1,
                            ((Dictionary<?, ?>) args[2]).size(),
                            "no value of the configuration, which has a password");
                    return registration(() -> {});
                }
                if (args[1] instanceof MetricSource) {
                    reported = true;
                    return registration(() -> reported = false);
                }
                if (args[1] instanceof MessageArchive archive) {
                    archived = archive;
                    return registration(() -> archived = null);
                }
                names = List.of((String[]) args[0]);
                registered = (MessageStore) args[1];
                properties = (Dictionary<?, ?>) args[2];
                return registration(() -> registered = null);
            });

    private static ServiceRegistration<?> registration(Runnable unregister) {
        return (ServiceRegistration<?>) Proxy.newProxyInstance(
                ServiceRegistration.class.getClassLoader(),
                new Class<?>[] {ServiceRegistration.class},
                (proxy, method, args) -> {
                    assertEquals("unregister", method.getName());
                    unregister.run();
                    return null;
                });
    }

    private void activate(Map<String, Object> with) {
        component = new ConfiguredMariaDb(context, with);
    }

    @AfterEach
    void close() {
        if (component != null) {
            component.stop();
        }
    }

    @Test
    void withoutAUrlThereIsNoStore() {
        activate(Map.of("url", " ", "user", "restante"));
        assertNull(registered);
        assertNull(archived);
        assertFalse(reported);
        component.modified(NOWHERE);
        assertInstanceOf(MessageStore.class, registered);
        assertSame(registered.archive().orElseThrow(), archived);
        assertTrue(reported);
        component.modified(Map.of());
        assertNull(registered);
        assertNull(archived);
        assertFalse(reported);
    }

    @Test
    void aStoreIsThereBeforeItsServerIs() {
        activate(NOWHERE);
        assertEquals(List.of(MessageStore.class.getName(), UserRepository.class.getName()), names);
        assertEquals("mariadb", properties.get("store.id"));
        assertEquals(-10, properties.get("service.ranking"));
        assertTrue(awaitFailure(registered.statistics()).getMessage().contains("cannot be reached"));
        component.stop();
        assertNull(registered);
    }

    @Test
    void theRankingMayBeConfiguredAsText() {
        activate(Map.of("url", NOWHERE.get("url"), "service.ranking", "7"));
        assertEquals(7, properties.get("service.ranking"));
    }

    @Test
    void aChangeOpensAnotherStoreAndABadOneLeavesTheLast() {
        activate(NOWHERE);
        MessageStore first = registered;
        component.modified(Map.of("url", NOWHERE.get("url"), "pool-size", "1"));
        component.modified(Map.of("url", NOWHERE.get("url"), "unknown", "x"));
        assertSame(first, registered);
        component.modified(Map.of("url", NOWHERE.get("url"), "pool-size", "2"));
        assertNotSame(first, registered);
        assertTrue(awaitFailure(first.statistics()).getMessage().contains("closed"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:mysql://localhost/restante",
                "localhost",
                "jdbc:mariadb://localhost",
                "jdbc:mariadb:///restante",
                "jdbc:mariadb://localhost:port/restante",
                "jdbc:mariadb://one,two/restante",
                "jdbc:mariadb:sequential://one,two/restante",
                "jdbc:mariadb:replication://one/restante",
                "jdbc:mariadb://localhost/restante?sslMode=perhaps",
            })
    void aUrlThatCannotBeRightIsRefused(String url) {
        ConfigException e = assertThrows(ConfigException.class, () -> activate(Map.of("url", url)));
        assertEquals(
                "im.restante.store.mariadb: url=" + url
                        + ": must be like jdbc:mariadb://HOST:3306/DATABASE, with one host",
                e.getMessage());
    }

    @Test
    void nothingSaysThePassword() throws Exception {
        MariaDbSettings settings = MariaDbSettings.of(Map.of(
                        "url", "jdbc:mariadb://db.example.org/restante?sslMode=verify-full",
                        "user", "romeo",
                        ".password", "swordfish"))
                .orElseThrow();
        assertEquals("MariaDB database restante at db.example.org:3306", settings.place());
        assertFalse(settings.toString().contains("swordfish"), settings.toString());
        assertEquals("swordfish", settings.configuration(0).password());
    }
}
