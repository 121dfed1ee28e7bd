package im.restante.itests.osgi;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.client.PlainClient;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.junit5.context.BundleContextExtension;

/** Commands as clients find them, while who provides them, and who may, comes and goes. */
@ExtendWith(BundleContextExtension.class)
class AdHocCommandsTest {
    private static final String PID = "im.restante.administration";
    private static final String COMMANDS = "http://jabber.org/protocol/commands";
    private static final String LUNCH = "urn:example:lunch";
    private static final Pattern SESSION = Pattern.compile("sessionid=['\"]([^'\"]+)['\"]");

    @InjectBundleContext
    BundleContext context;

    private Server server;
    private int requests;

    @BeforeEach
    void aServerWithAccounts() throws Exception {
        server = new Server(context);
        server.port();
        server.account("juliet");
        server.account("romeo");
    }

    private String ask(PlainClient client, String type, String payload) throws Exception {
        String id = "q" + ++requests;
        client.send("<iq type='" + type + "' id='" + id + "' to='" + Server.DOMAIN + "'>" + payload + "</iq>");
        return client.await("<iq[^>]*id=['\"]" + id + "['\"][^>]*(?:/>|>.*?</iq>)");
    }

    private String list(PlainClient client) throws Exception {
        return ask(client, "get", "<query xmlns='http://jabber.org/protocol/disco#items' node='" + COMMANDS + "'/>");
    }

    private String lunch(PlainClient client, String session, String action, String field, String value)
            throws Exception {
        return ask(
                client,
                "set",
                "<command xmlns='" + COMMANDS + "' node='" + LUNCH + "'"
                        + (session == null ? "" : " sessionid='" + session + "'")
                        + " action='" + action + "'>"
                        + (field == null
                                ? ""
                                : "<x xmlns='jabber:x:data' type='submit'><field var='" + field + "'><value>" + value
                                        + "</value></field></x>")
                        + "</command>");
    }

    private static String session(String answer) {
        Matcher found = SESSION.matcher(answer);
        assertTrue(found.find(), answer);
        return found.group(1);
    }

    @Test
    void aThirdPartysCommandIsThereWhileItsBundleIs() throws Exception {
        Bundle sample = context.installBundle(
                Path.of(context.getProperty("sample")).toUri().toString());
        try (PlainClient romeo = server.login("romeo")) {
            assertFalse(list(romeo).contains(LUNCH));
            sample.start();
            Server.until("it is listed", () -> list(romeo).contains(LUNCH));
            String first = lunch(romeo, null, "execute", null, null);
            assertTrue(first.contains("fish"), first);
            String session = session(first);
            assertTrue(lunch(romeo, session, "next", "dish", "cake").contains("bad-payload"));
            assertTrue(lunch(romeo, session, "next", "dish", "fish").contains("For how many?"));
            assertTrue(lunch(romeo, session, "prev", null, null).contains("What would you like?"));
            assertTrue(lunch(romeo, session, "next", "dish", "soup").contains("For how many?"));
            assertTrue(lunch(romeo, session, "complete", "number", "10").contains("A number from 1 to 9"));
            String end = lunch(romeo, session, "complete", "number", "2");
            assertTrue(end.contains("completed") && end.contains("2 soup"), end);
            assertTrue(lunch(romeo, session, "complete", "number", "2").contains("session-expired"));
            sample.stop();
            assertFalse(list(romeo).contains(LUNCH));
            assertTrue(lunch(romeo, null, "execute", null, null).contains("item-not-found"));
        } finally {
            sample.uninstall();
        }
    }

    @Test
    void anAdministratorsCommandsComeWithTheRightAndGoWithTheAdministration() throws Exception {
        String add = "http://jabber.org/protocol/admin#add-user";
        try (PlainClient juliet = server.login("juliet");
                PlainClient romeo = server.login("romeo")) {
            assertFalse(list(juliet).contains(add));
            server.configure(PID, Map.of("admins", "juliet"));
            Server.until("they are listed", () -> list(juliet).contains(add));
            assertFalse(list(romeo).contains(add));
            Bundle administration = Stream.of(context.getBundles())
                    .filter(bundle -> "im.restante.administration".equals(bundle.getSymbolicName()))
                    .findFirst()
                    .orElseThrow();
            try {
                administration.stop();
                assertFalse(list(juliet).contains(add));
            } finally {
                administration.start();
            }
            Server.until("they are back", () -> list(juliet).contains(add));
            server.configure(PID, Map.of());
            Server.until("they are gone with the right", () -> !list(juliet).contains(add));
        } finally {
            server.configure(PID, Map.of());
        }
    }
}
