package im.restante.internal.tigase;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import im.restante.config.ConfigException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;

class StartCheckTest {
    @TempDir
    Path home;

    @Test
    void namesTheFileTheLineAndWhatWouldBeRight() throws Exception {
        Files.writeString(home.resolve("mine"), "\namp/msg-offline=perhaps\n");

        ConfigException refused = assertThrows(ConfigException.class, () -> start("mine"));

        assertEquals(
                "im.restante.tigase: init-properties=" + home.resolve("mine")
                        + ": must be free of mistakes: line 2: amp/msg-offline=perhaps: must be true or false",
                refused.getMessage());
    }

    @Test
    void refusesWhatIsNoFile() {
        assertThrows(ConfigException.class, () -> start("."));
        assertThrows(ConfigException.class, () -> start("a\0b"));
    }

    @Test
    void findsNothingWrongWithAFileThatIsNotThere() {
        assertDoesNotThrow(() -> start("mine"));
    }

    private void start(String file) {
        BundleContext context = (BundleContext) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, arguments) -> home.toString());
        new StartCheck(context, Map.of(InitFile.KEY, file));
    }
}
