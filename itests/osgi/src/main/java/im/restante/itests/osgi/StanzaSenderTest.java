package im.restante.itests.osgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.delivery.Verdict;
import im.restante.itests.client.PlainClient;
import im.restante.jid.Jid;
import im.restante.message.MessageEvent;
import im.restante.message.MessageListener;
import im.restante.server.ServerInfo;
import im.restante.server.SessionListener;
import im.restante.server.StanzaSender;
import im.restante.stanza.Iq;
import im.restante.stanza.Message;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.junit5.context.BundleContextExtension;

/** Bundles that send in the server's name, while others come and go. */
@ExtendWith(BundleContextExtension.class)
class StanzaSenderTest {
    @InjectBundleContext
    BundleContext context;

    private Server server;

    @BeforeEach
    void aServerWithAccounts() throws Exception {
        server = new Server(context);
        server.port();
        server.account("rosaline");
        server.account("benvolio");
    }

    private static Message message(String to, String body) {
        return Message.of(Element.builder(Namespaces.CLIENT, "message")
                .attribute("to", to)
                .attribute("type", "chat")
                .child(Element.of(Namespaces.CLIENT, "body", body))
                .build());
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @Test
    void theSampleGreetsWhoeverLogsInWhileItHasATextAndTheServerIsUnderItsHands() throws Exception {
        Bundle sample = installed();
        try {
            sample.start();
            configure(Map.of("text", "welcome back"));
            Server.until("the sample listens", () -> listens());
            assertGreeted("welcome back");
            for (String name : List.of("im.restante.routing", "im.restante.spool", "im.restante.delivery")) {
                bundle(name).stop();
                bundle(name).start();
                Server.until("the sample listens again", this::listens);
                assertGreeted("welcome back");
            }
        } finally {
            server.service(ConfigurationAdmin.class)
                    .getConfiguration("org.example.restante.notice", "?")
                    .delete();
            sample.uninstall();
        }
        Server.until("the sample is gone", () -> !listens());
        try (PlainClient client = server.login("rosaline")) {
            client.send("<presence/>");
            String came = client.answers(Server.DOMAIN, "nothing");
            assertFalse(came.contains("<message"), came);
        }
    }

    private void assertGreeted(String text) throws Exception {
        try (PlainClient client = server.login("rosaline")) {
            client.send("<presence/>");
            String notice = client.await("<message.*?</message>");
            assertTrue(notice.contains("<body>" + text + "</body>"), notice);
            assertTrue(notice.contains("from='localhost'"), notice);
            client.ping(Server.DOMAIN, "read");
        }
    }

    private boolean listens() {
        return context.getServiceReference(SessionListener.class) != null;
    }

    private void configure(Map<String, String> values) throws Exception {
        server.service(ConfigurationAdmin.class)
                .getConfiguration("org.example.restante.notice", "?")
                .update(new Hashtable<>(values));
    }

    private Bundle installed() throws Exception {
        return context.installBundle(
                Path.of(context.getProperty("sample")).toUri().toString());
    }

    /** As push would do it: told of every message by routing and the spool, which itself sends. */
    @Test
    void aMessageListenerThatSendsGetsOnWhenRoutingComesBack() throws Exception {
        StanzaSender sender = server.service(StanzaSender.class);
        List<CompletionStage<Verdict>> notices = new CopyOnWriteArrayList<>();
        ServiceRegistration<MessageListener> listener = context.registerService(
                MessageListener.class,
                new MessageListener() {
                    @Override
                    public void decided(MessageEvent event) {
                        if (event.owner().local().equals("benvolio")) {
                            notices.add(sender.send(message("rosaline@localhost", "benvolio has mail")));
                        }
                    }
                },
                null);
        try {
            assertInstanceOf(Verdict.Stored.class, get(sender.send(message("benvolio@localhost", "1"))));
            bundle("im.restante.spool").stop();
            bundle("im.restante.spool").start();
            StanzaSender after = server.service(StanzaSender.class);
            assertInstanceOf(Verdict.Stored.class, get(after.send(message("benvolio@localhost", "2"))));
            Server.until("two notices", () -> notices.size() == 2);
            for (CompletionStage<Verdict> notice : notices) {
                assertInstanceOf(Verdict.Stored.class, get(notice));
            }
        } finally {
            listener.unregister();
        }
        forget("benvolio", 2);
        forget("rosaline", 2);
    }

    @Test
    void everyStanzaGetsItsAnswerAndEveryStoredMessageComesWhileEveryBundleIsStoppedAndStarted() throws Exception {
        StanzaSender sender = server.service(StanzaSender.class);
        List<CompletionStage<Verdict>> verdicts = new ArrayList<>();
        List<CompletionStage<Iq>> answers = new ArrayList<>();
        Iq ping = Iq.of(Element.builder(Namespaces.CLIENT, "iq")
                .attribute("type", "get")
                .attribute("to", "localhost")
                .child(Element.of("urn:xmpp:ping", "ping"))
                .build());
        int number = 0;
        for (String name : List.of(
                "im.restante.delivery",
                "im.restante.amp",
                "im.restante.iq",
                "im.restante.roster",
                "im.restante.spool",
                "im.restante.accounts")) {
            CompletableFuture<Void> swapped = CompletableFuture.runAsync(() -> {
                try {
                    bundle(name).stop();
                    bundle(name).start();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            do {
                CompletionStage<Verdict> sent = sender.send(message("benvolio@localhost", "n" + number++));
                verdicts.add(sent);
                answers.add(sender.ask(ping, Duration.ofSeconds(40)));
                get(sent);
            } while (!swapped.isDone());
            swapped.get(60, TimeUnit.SECONDS);
        }
        List<String> stored = new ArrayList<>();
        for (int i = 0; i < verdicts.size(); i++) {
            get(answers.get(i));
            if (get(verdicts.get(i)) instanceof Verdict.Stored) {
                stored.add("n" + i);
            }
        }
        assertFalse(stored.isEmpty());
        server.port(); // it accepts connections again
        try (PlainClient client = server.login("benvolio")) {
            client.send("<presence/>");
            List<String> came = new ArrayList<>();
            while (!came.containsAll(stored)) {
                came.add(client.await("<body>n\\d+</body>").replaceAll("</?body>", ""));
            }
            client.ping(Server.DOMAIN, "read");
            came.removeIf(body -> !stored.contains(body)); // of a verdict that nobody can tell
            assertEquals(stored, came);
        }
    }

    @Test
    void aClientIsAskedAndAnswers() throws Exception {
        try (PlainClient client = server.login("benvolio")) {
            StanzaSender sender = server.service(StanzaSender.class);
            List<Jid> sessions = new CopyOnWriteArrayList<>();
            ServiceRegistration<SessionListener> listener =
                    context.registerService(SessionListener.class, sessions::add, null);
            try (PlainClient asked = server.login("benvolio")) {
                Server.until("told of the session", () -> !sessions.isEmpty());
                CompletionStage<Iq> answer = sender.ask(
                        Iq.of(Element.builder(Namespaces.CLIENT, "iq")
                                .attribute("type", "get")
                                .attribute("to", sessions.get(0).toString())
                                .child(Element.of("jabber:iq:version", "query"))
                                .build()),
                        Duration.ofMinutes(1));
                String request = asked.await("<iq.*?</iq>|<iq[^>]*>.*?/>");
                String id = request.replaceAll("(?s).*\\bid=['\"]([^'\"]*)['\"].*", "$1");
                client.send("<iq type='result' to='localhost' id='" + id + "'/>");
                client.ping(Server.DOMAIN, "not-mine");
                assertFalse(answer.toCompletableFuture().isDone());
                asked.send("<iq type='result' to='localhost' id='" + id + "'><query xmlns='jabber:iq:version'>"
                        + "<name>Plain</name></query></iq>");
                Iq told = get(answer);
                assertEquals(sessions.get(0), told.from());
                assertEquals(
                        "Plain", told.payload().orElseThrow().children().get(0).text());
            } finally {
                listener.unregister();
            }
        }
    }

    @Test
    void aStanzaOfABundleHasTheBoundOfAClientsAsItIsNow() throws Exception {
        StanzaSender sender = server.service(StanzaSender.class);
        ServerInfo info = server.service(ServerInfo.class);
        Message large = message("benvolio@localhost", "x".repeat(12_000));
        server.configure("im.restante.c2s", Map.of("port", "0", "tls", "off", "max-stanza-bytes", "11000"));
        try {
            Server.until("the bound is another one", () -> info.maxStanzaBytes() == 11_000);
            assertTrue(assertThrows(IllegalArgumentException.class, () -> sender.send(large))
                    .getMessage()
                    .contains("11000"));
        } finally {
            server.configure("im.restante.c2s", Map.of("port", "0", "tls", "off"));
        }
        Server.until("the bound is the old one", () -> info.maxStanzaBytes() == 262_144);
        assertInstanceOf(Verdict.Stored.class, get(sender.send(large)));
        forget("benvolio", 1);
    }

    /** The next test must not see it again. */
    private void forget(String name, int messages) throws Exception {
        try (PlainClient client = server.login(name)) {
            client.send("<presence/>");
            for (int i = 0; i < messages; i++) {
                client.await("<message.*?</message>");
            }
            client.ping(Server.DOMAIN, "read");
        }
    }

    private Bundle bundle(String name) {
        return Stream.of(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no bundle " + name));
    }
}
