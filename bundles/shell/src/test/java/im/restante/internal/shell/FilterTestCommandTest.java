package im.restante.internal.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.ConfigException;
import im.restante.config.SettingsDescriptor;
import im.restante.config.SettingsTrial;
import im.restante.filter.CandidateRules;
import im.restante.filter.MessageFilter;
import im.restante.filter.Opinion;
import im.restante.internal.stream.HardenedXmlCodec;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.BundleContext;

class FilterTestCommandTest {
    private static final String TWO = "<message id='a'><body>1</body></message>\n<message id='b'/>";
    private static final MessageFilter IN_FORCE =
            message -> message.hasBody() ? Opinion.keep("default: body") : Opinion.skip("default: nothing to keep");
    private static final CandidateRules CANDIDATES = paths -> {
        if (paths.equals("/")) {
            throw new ConfigException(
                    "im.restante.filter", "msg-store-offline-paths", paths, "a path; wrong at character 1");
        }
        return message -> Opinion.skip(paths);
    };
    private static final SettingsTrial TRIAL = new SettingsTrial() {
        @Override
        public SettingsDescriptor descriptor() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<String> judge(Map<String, ?> values) {
            return List.of("entry 2 never decides");
        }
    };

    @TempDir
    Path home;

    @Test
    void tellsOfEachMessageWhatTheRulesInForceDecide() throws Exception {
        Files.writeString(home.resolve("messages.xml"), TWO);
        assertEquals("""
                by the rules in force:
                1. message id=a: stored, decided by default: body
                2. message id=b: not stored, decided by default: nothing to keep
                """, run("restante:filter-test messages.xml", ""));
    }

    @Test
    void triesACandidateOnWhatIsTyped() throws Exception {
        assertEquals("""
                warning: entry 2 never decides
                with msg-store-offline-paths=-/message/body:
                1. message id=a: not stored, decided by -/message/body
                2. message id=b: not stored, decided by -/message/body
                """, run("restante:filter-test - '-/message/body'", TWO));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<?xml version='1.0'?><message><body>1</body></message>",
                "\uFEFF<message xmlns='jabber:client'><body>1</body></message>",
                "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
                        + "<message><body>1</body></message>",
                "<?xml version='1.0'?><stream:stream xmlns='jabber:client'"
                        + " xmlns:stream='http://etherx.jabber.org/streams'>"
                        + "<message><body>1</body></message></stream:stream>\n",
                "<message><body>1</body></message>\u0004"
            })
    void takesStanzasOneBehindTheOtherOrAWholeStream(String content) throws Exception {
        assertEquals(
                "by the rules in force:\n1. message: stored, decided by default: body\n",
                run("restante:filter-test -", content));
    }

    @Test
    void saysWhatIsNoMessageOrHasABadAddress() throws Exception {
        String said = run("restante:filter-test -", "<presence/><message to='@'/><message><body>1</body></message>");
        assertTrue(said.contains("1. presence: not a message, never stored\n2. message: "), said);
        assertTrue(said.contains("3. message: stored"), said);
    }

    @Test
    void saysWhereACandidateIsWrongAndWhatIsNoStanza() {
        assertMessage("wrong at character 1", "restante:filter-test - /", TWO);
        assertMessage("stanza 2: ", "restante:filter-test -", "<message/><message>");
        assertMessage("there is no message in -", "restante:filter-test -", " ");
        assertMessage("no.xml cannot be read: NoSuchFileException", "restante:filter-test no.xml", "");
        assertMessage("usage: restante:filter-test FILE|- [PATHS]", "restante:filter-test", "");
    }

    private void assertMessage(String part, String line, String keyboard) {
        String said = assertThrows(Exception.class, () -> run(line, keyboard)).getMessage();
        assertTrue(said.contains(part), said);
    }

    private String run(String line, String keyboard) throws Exception {
        BundleContext context = (BundleContext) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, arguments) -> home.toString());
        try (Gogo gogo =
                new Gogo(new FilterTestCommand(context, new HardenedXmlCodec(), IN_FORCE, CANDIDATES, TRIAL))) {
            return gogo.run(line, keyboard);
        }
    }
}
