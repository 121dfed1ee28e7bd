package im.restante.itests.interop;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.ServerProcess;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What is wrong in a setting of the guide, in each place where it can be said: it is named, with what would be right, what was in force
 * stays, and nothing that waits is lost.
 */
class GuideMistakesIT extends ServerTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private RawClient juliet;
    private String romeo;

    @Override
    ServerProcess configured(ServerProcess prepared) {
        return super.configured(prepared)
                .configure("im.restante.c2s", "tls", "optional")
                .configure("im.restante.quota", "user-store-limit-enable", "true")
                .configure("im.restante.quota", "store-limit", "2")
                .configure("im.restante.filter", "msg-store-offline-paths", "/message/kept");
    }

    @BeforeEach
    void somethingWaits() throws Exception {
        juliet = RawClient.login(server, newUser("juliet"));
        romeo = newUser("romeo");
        juliet.say("<message to='" + jid(romeo) + "' type='headline'><kept xmlns='urn:example'/></message>");
    }

    @AfterEach
    void nothingIsLost() throws Exception {
        assertEquals(1, waiting(romeo));
        juliet.close();
    }

    private Path etc(String name) {
        return server.home().resolve("etc").resolve(name);
    }

    private void awaitLog(String part, int from) throws Exception {
        Await.until("the log says " + part, SOON, () -> log().indexOf(part, from) >= 0);
    }

    private String log() throws IOException {
        return Files.readString(server.home().resolve("log/restante.log"));
    }

    private int waiting(String local) throws Exception {
        Matcher messages = Pattern.compile("(\\d+) messages?,").matcher(server.shell("restante:spool " + jid(local)));
        return messages.find() ? Integer.parseInt(messages.group(1)) : 0;
    }

    /** A limit of two for a pair, a path that keeps a headline, and refusals that are told. */
    private void assertTheFirstSettingsAreInForce(String after) throws Exception {
        String absent = newUser("absent");
        String one = "<message to='" + jid(absent) + "' type='headline'><kept xmlns='urn:example'/></message>";
        String said = juliet.say(one.repeat(3));
        assertEquals(2, waiting(absent), after);
        assertEquals(2, said.split("<service-unavailable", -1).length, after + ": " + said);
    }

    @Test
    void aLimitThatIsNoneIsABadRequestAndTheOneBeforeStays() throws Exception {
        String owner = newUser("owner");
        try (RawClient client = RawClient.login(server, owner)) {
            client.say("<iq type='set' id='good'><msgoffline xmlns='msgoffline' limit='1'/></iq>");
            for (String limit : List.of("limit='-5'", "limit='1e3'", "limit='99999999999999999999'", "limit=''", "")) {
                String said = client.say("<iq type='set' id='bad'><msgoffline xmlns='msgoffline' " + limit + "/></iq>");
                assertTrue(said.contains("type='error'") && said.contains("<bad-request"), limit + ": " + said);
                assertTrue(said.contains("whole number from 0"), limit + ": " + said);
            }
            String said = client.say("<iq type='set' id='other' to='" + jid(romeo)
                    + "'><msgoffline xmlns='msgoffline' limit='5'/></iq>");
            assertTrue(said.contains("<forbidden"), said);
            said = client.say("<iq type='get' id='last'><msgoffline xmlns='msgoffline'/></iq>");
            assertTrue(said.contains("<msgoffline xmlns='msgoffline' limit='1'/>"), said);
        }
        juliet.say(("<message to='" + jid(owner) + "'><body>1</body></message>").repeat(3));
        assertEquals(1, waiting(owner));
    }

    @Test
    void aBadValueInACfgIsNamedAndTheLastGoodOnesStay() throws Exception {
        List<String> paths = List.of("message", "/", "//x", "/message/[", "-");
        List<String> quota = List.of(
                "store-limit=1e3",
                "store-limit=99999999999999999999",
                "store-limit=-x",
                "store-limit=2.5",
                "store-limit=ten");
        String goodPaths = Files.readString(etc("im.restante.filter.cfg"));
        String goodQuota = Files.readString(etc("im.restante.quota.cfg"));
        try {
            for (int i = 0; i < paths.size(); i++) {
                int from = log().length();
                Files.writeString(etc("im.restante.filter.cfg"), "msg-store-offline-paths=" + paths.get(i) + "\n");
                Files.writeString(etc("im.restante.quota.cfg"), quota.get(i) + "\n");
                awaitLog("im.restante.filter: msg-store-offline-paths=" + paths.get(i) + ": must be", from);
                awaitLog("wrong at character", from);
                awaitLog("im.restante.quota: " + quota.get(i) + ": must be", from);
                assertTheFirstSettingsAreInForce(paths.get(i) + " and " + quota.get(i));
            }
        } finally {
            Files.writeString(etc("im.restante.filter.cfg"), goodPaths);
            Files.writeString(etc("im.restante.quota.cfg"), goodQuota);
        }
    }

    @Test
    void aBadInitPropertiesIsNamedByItsLineAndTheLastGoodSettingsStay() throws Exception {
        try {
            refused("amp/store-limit[L]=1e3", UTF_8, "line 1: amp/store-limit[L]=1e3: must be a whole number");
            refused("# more\namp/store-limit[L]=99999999999999999999", UTF_8, "line 2: amp/store-limit[L]=9999");
            refused("amp/store-limit[L]=", UTF_8, "line 1: amp/store-limit[L]=: must be a whole number");
            refused("amp/store-limit[L]", UTF_8, "line 1: ");
            refused("amp/store-limit[L]=7\n# Grüße", ISO_8859_1, "line 2: not UTF-8");
            refused(
                    "amp/quota-exceeded=bounce",
                    UTF_8,
                    "quota-exceeded=bounce: must be the name of a strategy that is present");
            refused("amp/msg-store-offline-paths[s]=/message/[", UTF_8, "msg-store-offline-paths=/message/[: must be");
        } finally {
            Files.deleteIfExists(etc("init.properties"));
        }
    }

    private void refused(String content, Charset charset, String said) throws Exception {
        int from = log().length();
        Files.write(etc("init.properties"), content.getBytes(charset));
        String check = assertThrows(IOException.class, () -> server.shell("restante:tigase-check"))
                .getMessage();
        assertTrue(check.contains("refused, ") && check.contains("would be refused: "), check);
        assertTrue(check.split(Pattern.quote(said), -1).length >= 3, "in its line and in the reason: " + check);
        Process command = server.launch("shell", "restante:tigase-check");
        String printed = new String(command.getInputStream().readAllBytes(), UTF_8);
        assertEquals(1, command.waitFor(), printed);
        assertTrue(printed.contains(said), printed);
        awaitLog(said, from);
        assertTheFirstSettingsAreInForce(content);
    }
}
