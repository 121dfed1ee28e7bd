package im.restante.internal.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.Settings;
import im.restante.delivery.Delivery;
import im.restante.internal.stream.HardenedXmlCodec;
import im.restante.jid.Jid;
import im.restante.server.ServerInfo;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;

class PortableCommandsTest {
    @TempDir
    private Path home;

    private Gogo gogo;

    private static <T> T fake(Class<T> type, String method, Object answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, called, args) -> {
            if (called.getName().equals(method)) {
                return answer;
            }
            throw new UnsupportedOperationException(called.getName());
        }));
    }

    @BeforeEach
    void commands() {
        BundleContext context = fake(BundleContext.class, "getProperty", home.toString());
        assertEquals(home.toString(), context.getProperty(Settings.HOME));
        PortableServices services = new PortableServices(context);
        services.accounts = new FakeAccounts();
        services.codec = new HardenedXmlCodec();
        services.server = fake(ServerInfo.class, "domain", Jid.of("example.org"));
        services.delivery = fake(Delivery.class, "page", CompletableFuture.completedFuture(List.of()));
        gogo = new Gogo(new ExportCommand(services), new ImportCommand(services));
    }

    @AfterEach
    void close() {
        gogo.close();
    }

    @Test
    void filesAreInTheHomeAndNoneIsOverwrittenUnasked() throws Exception {
        Path file = home.resolve("all.xml");
        assertTrue(gogo.run("restante:export all.xml").endsWith("0 accounts and 0 messages written to " + file + "\n"));
        assertEquals(
                file + " is there already; --force overwrites it",
                assertThrows(IllegalArgumentException.class, () -> gogo.run("export all.xml"))
                        .getMessage());
        assertTrue(gogo.run("export --force all.xml").contains("0 accounts and 0 messages written"));
        assertTrue(gogo.run("export").startsWith("export to " + file + "\n0 accounts"));
        assertTrue(gogo.run("restante:import all.xml")
                .endsWith("0 accounts looked at, 0 messages stored, 0 messages there already\n"));
        assertTrue(gogo.run("import").contains("0 accounts looked at"));
        assertTrue(Files.exists(home.resolve("all.xml.import")));
    }

    @Test
    void whatIsWrongIsSaid() {
        assertEquals(
                home.resolve("none.xml") + " cannot be read",
                assertThrows(IllegalArgumentException.class, () -> gogo.run("import none.xml"))
                        .getMessage());
        for (String line : List.of("import", "export", "export a b")) {
            assertTrue(assertThrows(IllegalArgumentException.class, () -> gogo.run(line))
                    .getMessage()
                    .startsWith("usage: restante:"));
        }
    }
}
