package im.restante.internal.tigase;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;

/** The bundle as it is delivered, in Felix, with the component runtimes of the standalone jar and of Karaf. */
class OverlayIT {
    private static final String QUOTA = "im.restante.quota";
    private static final String OFFLINE = "im.restante.offline";
    private static final String OURS = "2.2.18";
    private static final String KARAFS = "2.2.6";

    @TempDir
    Path home;

    @ParameterizedTest
    @ValueSource(strings = {OURS, KARAFS})
    void laysTheFileOverTheConfigurationAndFollowsIt(String scr) throws Exception {
        try (Framework osgi = new Framework(home, scr, false)) {
            write("init.properties", "amp/store-limit[L]=200");
            write(QUOTA + ".cfg", "store-limit = 50\nquota-exceeded = drop\n");
            osgi.startTigase();
            osgi.startProbe(QUOTA);
            await("200", () -> osgi.given(QUOTA, "store-limit"));
            await("drop", () -> osgi.given(QUOTA, "quota-exceeded"));

            replace("init.properties", "amp/store-limit[L]=0\namp/user-store-limit-enable=true");
            await("-1", () -> osgi.given(QUOTA, "store-limit"));
            assertEquals("true", osgi.given(QUOTA, "user-store-limit-enable"));

            write(QUOTA + ".cfg", "store-limit = 60\nquota-exceeded = error\n");
            await("error", () -> osgi.given(QUOTA, "quota-exceeded"));
            assertEquals("-1", osgi.given(QUOTA, "store-limit"));

            Files.delete(osgi.etc().resolve("init.properties"));
            await("60", () -> osgi.given(QUOTA, "store-limit"));
            assertNull(osgi.given(QUOTA, "user-store-limit-enable"));
            assertEquals("store-limit = 60\nquota-exceeded = error\n", Files.readString(etc(QUOTA + ".cfg")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OURS, KARAFS})
    void reachesWhoIsConfiguredByNothingElse(String scr) throws Exception {
        try (Framework osgi = new Framework(home, scr, false)) {
            osgi.startTigase();
            osgi.startProbe(OFFLINE);
            assertNull(osgi.given(OFFLINE, "msg-offline"));

            write("init.properties", "sess-man/plugins-conf/amp/msg-offline=false");
            await("false", () -> osgi.given(OFFLINE, "msg-offline"));

            Files.delete(etc("init.properties"));
            await(null, () -> osgi.given(OFFLINE, "msg-offline"));
        }
    }

    @Test
    void isThereForWhoStartsAfterIt() throws Exception {
        write("init.properties", "amp/msg-offline=false");
        try (Framework osgi = new Framework(home, OURS, false)) {
            osgi.startTigase();
            await(true, () -> osgi.configuration(OFFLINE) != null);
            osgi.startProbe(OFFLINE);

            assertEquals("false", osgi.given(OFFLINE, "msg-offline"));
        }
    }

    @Test
    void keepsTheOverlayWhenTheConfigurationIsDeleted() throws Exception {
        write("init.properties", "amp/store-limit=200");
        write(QUOTA + ".cfg", "quota-exceeded = drop\n");
        try (Framework osgi = new Framework(home, OURS, false)) {
            osgi.startTigase();
            osgi.startProbe(QUOTA);
            await("drop", () -> osgi.given(QUOTA, "quota-exceeded"));

            Files.delete(etc(QUOTA + ".cfg"));
            await(null, () -> osgi.given(QUOTA, "quota-exceeded"));
            await("200", () -> osgi.given(QUOTA, "store-limit"));
        }
    }

    @Test
    void keepsTheLastGoodFileInForceUntilTheBadOneIsMended() throws Exception {
        write("init.properties", "amp/store-limit=200");
        try (Framework osgi = new Framework(home, OURS, false)) {
            osgi.startTigase();
            osgi.startProbe(QUOTA);
            await("200", () -> osgi.given(QUOTA, "store-limit"));

            Files.write(etc("init.properties"), "# \u00e9\namp/store-limit=300".getBytes(ISO_8859_1));
            settled(etc("init.properties"));
            assertEquals("200", osgi.given(QUOTA, "store-limit"));

            write("init.properties", "amp/store-limit=3e2");
            settled(etc("init.properties"));
            assertEquals("200", osgi.given(QUOTA, "store-limit"));

            write("init.properties", "# \u00e9\namp/store-limit=300");
            await("300", () -> osgi.given(QUOTA, "store-limit"));
        }
    }

    @Test
    void seesAFileMendedThatWasBadAtTheStart() throws Exception {
        write("init.properties", "amp/store-limit=3e2");
        try (Framework osgi = new Framework(home, OURS, false)) {
            osgi.startTigase();
            osgi.startProbe(QUOTA);
            assertNull(osgi.given(QUOTA, "store-limit"));

            write("init.properties", "amp/store-limit=300");
            await("300", () -> osgi.given(QUOTA, "store-limit"));
        }
    }

    @Test
    void followsItsOwnConfigurationToAnotherFile() throws Exception {
        write("init.properties", "amp/store-limit=200");
        write("other.properties", "amp/store-limit=300");
        try (Framework osgi = new Framework(home, OURS, false)) {
            osgi.startTigase();
            osgi.startProbe(QUOTA);
            await("200", () -> osgi.given(QUOTA, "store-limit"));

            write(InitFile.PID + ".cfg", "init-properties = etc/other.properties\n");
            await("300", () -> osgi.given(QUOTA, "store-limit"));
        }
    }

    @Test
    void takesItsValuesAlongWhenItStops() throws Exception {
        write("init.properties", "amp/store-limit=200");
        write(QUOTA + ".cfg", "store-limit = 50\n");
        try (Framework osgi = new Framework(home, OURS, false)) {
            Bundle tigase = osgi.startTigase();
            osgi.startProbe(QUOTA);
            await("200", () -> osgi.given(QUOTA, "store-limit"));

            tigase.stop();
            await("50", () -> osgi.given(QUOTA, "store-limit"));

            tigase.start();
            await("200", () -> osgi.given(QUOTA, "store-limit"));
        }
    }

    /** In Karaf File Install saves what changes in Config Admin: an overlay must not look like a change. */
    @ParameterizedTest
    @ValueSource(strings = {OURS, KARAFS})
    void leavesTheOperatorsFileAloneWhereFileInstallWrites(String scr) throws Exception {
        String content = "# mine\n\n  store-limit=50\n! and this\nquota-exceeded : drop\n";
        write(QUOTA + ".cfg", content);
        try (Framework osgi = new Framework(home, scr, true)) {
            await(true, () -> osgi.configuration(QUOTA) != null);
            osgi.startTigase();
            osgi.startProbe(QUOTA);
            try {
                await("50", () -> osgi.given(QUOTA, "store-limit"));
            } catch (AssertionError e) {
                abort("File Install emptied the file while it saved it; there is no overlay yet");
            }
            Path file = etc(QUOTA + ".cfg");
            settled(file); // File Install saves what it has just loaded; that is its own doing
            byte[] bytes = Files.readAllBytes(file);
            FileTime modified = Files.getLastModifiedTime(file);

            write("init.properties", "amp/store-limit=200");
            await("200", () -> osgi.given(QUOTA, "store-limit"));
            replace("init.properties", "amp/store-limit=300");
            await("300", () -> osgi.given(QUOTA, "store-limit"));
            Files.delete(etc("init.properties"));
            await("50", () -> osgi.given(QUOTA, "store-limit"));

            settled(file);
            assertArrayEquals(bytes, Files.readAllBytes(file));
            assertEquals(modified, Files.getLastModifiedTime(file));
            assertNotNull(osgi.configuration(QUOTA));
        }
    }

    private Path etc(String name) {
        return home.resolve("etc").resolve(name);
    }

    private void write(String name, String content) throws Exception {
        Files.createDirectories(home.resolve("etc"));
        Files.writeString(etc(name), content);
    }

    /** As careful editors save. */
    private void replace(String name, String content) throws Exception {
        Files.writeString(etc(name + "~"), content);
        Files.move(etc(name + "~"), etc(name), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Nothing was written to the file for three seconds: more than File Install and the watch need to act. */
    private static void settled(Path file) throws Exception {
        Instant end = Instant.now().plusSeconds(3);
        FileTime before = Files.getLastModifiedTime(file);
        while (Instant.now().isBefore(end)) {
            Thread.sleep(100);
            if (!Files.getLastModifiedTime(file).equals(before)) {
                before = Files.getLastModifiedTime(file);
                end = Instant.now().plusSeconds(3);
            }
        }
    }

    private static void await(Object wanted, Callable<?> actual) throws Exception {
        Instant end = Instant.now().plus(Duration.ofSeconds(30));
        Object last = actual.call();
        while (!Objects.equals(wanted, last) && Instant.now().isBefore(end)) {
            Thread.sleep(20);
            last = actual.call();
        }
        assertEquals(wanted, last);
    }
}
