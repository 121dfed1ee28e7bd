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

class SqliteStoreTest {
    @TempDir
    private Path home;

    private BundleContext context() {
        return (BundleContext) Proxy.newProxyInstance(
                BundleContext.class.getClassLoader(), new Class<?>[] {BundleContext.class}, (proxy, method, args) -> {
                    if (method.getName().equals("getProperty") && args[0].equals("restante.home")) {
                        return home.toString();
                    }
                    return method.getName().equals("getDataFile")
                            ? home.resolve("bundle").resolve((String) args[0]).toFile()
                            : null;
                });
    }

    private void run(Map<String, Object> properties) {
        SqliteStore store = new SqliteStore(context(), properties);
        store.activate();
        await(store.create(Jid.of("romeo@example.org"), List.of(), Fence.HERE));
        store.deactivate();
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
        SqliteStore store = new SqliteStore(context(), Map.of("file", "mnt/disk/mail.db"));
        store.activate();
        CompletionException e = assertThrows(
                CompletionException.class,
                () -> store.create(Jid.of("romeo@example.org"), List.of(), Fence.HERE)
                        .toCompletableFuture()
                        .join());
        store.deactivate();
        assertTrue(e.getMessage().contains("See that its directory exists"), e.getMessage());
        assertFalse(Files.exists(home.resolve("mnt")));
    }
}
