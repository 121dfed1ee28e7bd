package im.restante.internal.tigase;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.ConfigException;
import im.restante.config.Settings;
import im.restante.config.SettingsDescriptor;
import im.restante.config.SettingsTrial;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

class TigaseCheckCommandTest {
    @TempDir
    Path home;

    @Test
    void tellsLineByLineWhatItUnderstandsAndWhatItIgnoresAndWhy() throws Exception {
        Files.writeString(
                home.resolve("mine"),
                String.join(
                        "\n",
                        "--virt-hosts=example.org",
                        "--sm-plugins=+amp,-x",
                        "# limits",
                        "sess-man/plugins-conf/amp/store-limit[L]=0",
                        "amp/store-limit[L]=100",
                        "amp/quota-exceeded=drop"));

        assertEquals(home.resolve("mine") + "\n" + """
                        ignored, line 1: --virt-hosts: not a setting of this server
                        ignored, line 2: --sm-plugins: -x: not a plugin of this server
                        understood, line 2: --sm-plugins: +amp: im.restante.amp enabled=true
                        notice, line 4: sess-man/plugins-conf/amp/store-limit[L]: 0 was no limit to the old server, so it is read as -1
                        understood, line 4: sess-man/plugins-conf/amp/store-limit[L]: im.restante.quota store-limit=-1
                        warning, line 5: amp/store-limit[L]: 100 differs from line 4, which wins: im.restante.quota store-limit=-1
                        understood, line 6: amp/quota-exceeded: im.restante.quota quota-exceeded=drop
                        these would win over the configuration:
                          im.restante.amp enabled=true
                          im.restante.quota quota-exceeded=drop
                          im.restante.quota store-limit=-1
                        """, run("restante:tigase-check mine"));
    }

    @Test
    void saysThatABadFileWouldBeRefused() throws Exception {
        Files.writeString(home.resolve("mine"), "amp/store-limit=x\namp/msg-offline=false");

        String answer = refused("restante:tigase-check " + home.resolve("mine"), "amp/store-limit=x: must be a whole");

        assertTrue(answer.contains("refused, line 1: amp/store-limit=x: must be a whole number"), answer);
        assertTrue(answer.contains("understood, line 2: amp/msg-offline"), answer);
        assertTrue(answer.endsWith("the whole file would be refused, and what is in force would stay\n"), answer);
    }

    @Test
    void asksTheReadersOfASettingWhatTheyWouldSay() throws Exception {
        trials.put("im.restante.filter", new SettingsTrial() {
            @Override
            public SettingsDescriptor descriptor() {
                throw new UnsupportedOperationException();
            }

            @Override
            public List<String> judge(Map<String, ?> values) {
                if (values.get("msg-store-offline-paths").equals("/")) {
                    throw new ConfigException("im.restante.filter", "msg-store-offline-paths", "/", "a path");
                }
                return List.of("entry 2 never decides");
            }
        });
        Files.writeString(home.resolve("good"), "amp/msg-offline=true\namp/msg-store-offline-paths[s]=/message/x");
        Files.writeString(home.resolve("bad"), "amp/msg-offline=true\namp/msg-store-offline-paths[s]=/");

        String good = run("restante:tigase-check good");
        assertTrue(good.contains("warning, line 2: amp/msg-store-offline-paths[s]: entry 2 never decides\n"), good);
        assertFalse(good.contains("would refuse"), good);

        String bad = refused("restante:tigase-check bad", "msg-store-offline-paths=/: must be a path");
        assertTrue(
                bad.contains("refused, line 2: amp/msg-store-offline-paths[s]: im.restante.filter:"
                        + " msg-store-offline-paths=/: must be a path\n"),
                bad);
        assertFalse(bad.contains("understood, line 2"), bad);
        assertTrue(
                bad.endsWith("these would win over the configuration:\n  im.restante.offline msg-offline=true\n"), bad);
        assertTrue(
                bad.contains("im.restante.filter would refuse its settings, and what it has in force would stay\n"),
                bad);
    }

    /** As the quota judges: a strategy that is not there is refused by itself, a limit that is no number with everything else. */
    private static final class Quota implements SettingsTrial {
        @Override
        public SettingsDescriptor descriptor() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<String> judge(Map<String, ?> values) {
            if ("bounce".equals(values.get("quota-exceeded"))) {
                throw new ConfigException("im.restante.quota", "quota-exceeded", "bounce", "a strategy").alone();
            }
            if ("7".equals(values.get("store-limit"))) {
                throw new ConfigException("im.restante.quota", "store-limit", "7", "another number");
            }
            return List.of();
        }
    }

    @Test
    void aKeyThatIsRefusedByItselfLeavesTheOthersOfItsPidInForce() throws Exception {
        trials.put("im.restante.quota", new Quota());
        Files.writeString(home.resolve("key"), "amp/quota-exceeded=bounce\namp/store-limit=5");
        Files.writeString(home.resolve("pid"), "amp/quota-exceeded=drop\namp/store-limit=7");
        Files.writeString(home.resolve("only"), "amp/quota-exceeded=bounce");

        String key = refused("restante:tigase-check key", "quota-exceeded=bounce: must be a strategy");
        assertTrue(key.endsWith("""
                        im.restante.quota would refuse quota-exceeded alone, and what it has in force of it would stay
                        these would win over the configuration:
                          im.restante.quota store-limit=5
                        """), key);
        String pid = refused("restante:tigase-check pid", "store-limit=7: must be another number");
        assertTrue(
                pid.endsWith("im.restante.quota would refuse its settings, and what it has in force would stay\n"),
                pid);
        String only = refused("restante:tigase-check only", "bounce");
        assertTrue(only.endsWith(" alone, and what it has in force of it would stay\n"), only);
    }

    @Test
    void checksTheFileInUseIfNoneIsNamed() throws Exception {
        Files.createDirectory(home.resolve("etc"));
        Files.writeString(home.resolve("etc/init.properties"), "--cluster-mode=true");

        assertTrue(run("restante:tigase-check").endsWith("nothing in it concerns this server\n"));
    }

    @Test
    void saysWhichFileIsMissing() {
        Exception problem = assertThrows(Exception.class, () -> run("restante:tigase-check no"));

        assertEquals(home.resolve("no") + " cannot be read: NoSuchFileException", problem.getMessage());
    }

    @Test
    void explainsItself() throws Exception {
        assertTrue(run("restante:tigase-check --help").startsWith("restante:tigase-check [FILE]\n    Tells"));
        assertEquals(
                "usage: restante:tigase-check [FILE]",
                assertThrows(Exception.class, () -> run("restante:tigase-check a b"))
                        .getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "amp/store-limit[L]=1e3",
                "amp/store-limit[X]=1",
                "amp/store-limit",
                "amp/msg-offline=perhaps",
                "--sm-plugins=+",
                "amp/quota-exceeded="
            })
    void failsOnEveryFileThatWouldBeRefusedAndNamesTheLine(String line) throws Exception {
        Files.writeString(home.resolve("mine"), "# one\n" + line + "\namp/msg-offline=true");

        refused("restante:tigase-check mine", "line 2: ");
    }

    private final Map<String, SettingsTrial> trials = new HashMap<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** What a line prints that fails, which is how the shell comes to an exit code other than 0. */
    private String refused(String line, String reason) {
        Exception problem = assertThrows(Exception.class, () -> run(line));
        assertTrue(problem.getMessage().contains("would be refused: "), problem.getMessage());
        assertTrue(problem.getMessage().contains(reason), problem.getMessage());
        return printed();
    }

    private String printed() {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    /** What the line prints in the real Gogo. */
    private String run(String line) throws Exception {
        bytes.reset();
        BundleContext context = (BundleContext) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {BundleContext.class}, (proxy, method, arguments) -> {
                    assertEquals("getProperty", method.getName());
                    return arguments[0].equals(Settings.HOME) ? home.toString() : null;
                });
        ThreadIOImpl threadIo = new ThreadIOImpl();
        threadIo.start();
        CommandProcessorImpl gogo = new CommandProcessorImpl(threadIo);
        TigaseCheckCommand command = new TigaseCheckCommand(context, Map.of());
        trials.forEach((pid, trial) -> command.bindTrial(reference(pid), trial));
        gogo.addCommand("restante", command, "tigase-check");
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        try (CommandSession session = gogo.createSession(new ByteArrayInputStream(new byte[0]), out, out)) {
            session.execute(line);
        } finally {
            gogo.stop();
            threadIo.stop();
        }
        return printed();
    }

    @SuppressWarnings("unchecked")
    private static ServiceReference<SettingsTrial> reference(String pid) {
        return (ServiceReference<SettingsTrial>) Proxy.newProxyInstance(
                TigaseCheckCommandTest.class.getClassLoader(),
                new Class<?>[] {ServiceReference.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getProperty" -> arguments[0].equals(SettingsTrial.PID) ? pid : null;
                    case "hashCode" -> pid.hashCode();
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
