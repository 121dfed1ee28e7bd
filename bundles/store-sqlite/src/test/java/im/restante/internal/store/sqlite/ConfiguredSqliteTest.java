package im.restante.internal.store.sqlite;

import static im.restante.itests.contract.Stages.await;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.store.Fence;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

class ConfiguredSqliteTest {
    @TempDir
    private Path home;

    /** What is registered last. */
    private SqliteStore store;

    private BundleContext context() {
        return (BundleContext) Proxy.newProxyInstance(
                BundleContext.class.getClassLoader(), new Class<?>[] {BundleContext.class}, (proxy, method, args) -> {
                    if (method.getName().equals("getProperty") && args[0].equals("restante.home")) {
                        return home.toString();
                    }
                    if (method.getName().equals("registerService")) {
                        store = args[1] instanceof SqliteStore opened ? opened : store;
                        return registration();
                    }
                    return method.getName().equals("getDataFile")
                            ? home.resolve("bundle").resolve((String) args[0]).toFile()
                            : null;
                });
    }

    private static ServiceRegistration<?> registration() {
        return (ServiceRegistration<?>) Proxy.newProxyInstance(
                ServiceRegistration.class.getClassLoader(),
                new Class<?>[] {ServiceRegistration.class},
                (proxy, method, args) -> null);
    }

    private void run(Map<String, Object> properties) {
        ConfiguredSqlite component = new ConfiguredSqlite(context(), properties);
        await(store.create(Jid.of("romeo@example.org"), List.of(), Fence.HERE));
        component.stop();
    }

    @Test
    void theFileIsInTheHomeAndItsDirectoryIsMade() {
        run(Map.of());
        assertTrue(Files.isRegularFile(home.resolve("data/spool.db")));
    }

    @Test
    void theFileMayBeElsewhere() throws IOException {
        Files.createDirectory(home.resolve("other"));
        run(Map.of("file", "other/mail.db"));
        assertTrue(Files.isRegularFile(home.resolve("other/mail.db")));
        run(Map.of("file", home.resolve("absolute.db").toString()));
        assertTrue(Files.isRegularFile(home.resolve("absolute.db")));
    }

    @Test
    void aDirectoryThatIsNotThereIsAnErrorAndNotMade() {
        ConfiguredSqlite component = new ConfiguredSqlite(context(), Map.of("file", "mnt/disk/mail.db"));
        CompletionException e = assertThrows(
                CompletionException.class,
                () -> store.create(Jid.of("romeo@example.org"), List.of(), Fence.HERE)
                        .toCompletableFuture()
                        .join());
        component.stop();
        assertTrue(e.getMessage().contains("See that its directory exists"), e.getMessage());
        assertFalse(Files.exists(home.resolve("mnt")));
    }
}
