package im.restante.itests.osgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.admin.PurgeRequest;
import im.restante.admin.SpoolAdministration;
import im.restante.archive.ArchivePolicy;
import im.restante.itests.client.PlainClient;
import im.restante.jid.Jid;
import im.restante.store.ArchiveQuery;
import im.restante.store.ArchivedMessage;
import im.restante.store.Fence;
import im.restante.store.MessageArchive;
import im.restante.store.MessageStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.junit5.context.BundleContextExtension;

/** The policy of a third party that keeps copies, in the archive of the store that takes the messages and in another one. */
@ExtendWith(BundleContextExtension.class)
class ArchiveTest {
    private static final Jid HERMIT = Jid.of("hermit@localhost");
    private static final String KEEP = "org.example.restante.keep";

    @InjectBundleContext
    BundleContext context;

    private Server server;

    @BeforeEach
    void aServerWithAccounts() throws Exception {
        server = new Server(context);
        server.port();
        server.account("juliet");
        server.account("hermit");
        purge();
        get(archive("sqlite").remove(HERMIT, ArchiveQuery.ALL, Fence.HERE));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(120, TimeUnit.SECONDS);
    }

    private void purge() throws Exception {
        get(server.service(SpoolAdministration.class)
                .purge(PurgeRequest.of(HERMIT, "test"))
                .end());
    }

    private void leave(String body) throws Exception {
        try (PlainClient juliet = server.login("juliet")) {
            juliet.send("<message to='" + HERMIT + "' type='chat'><body>" + body + "</body></message>");
            juliet.ping(Server.DOMAIN, "left");
        }
    }

    private MessageArchive archive(String store) throws Exception {
        Collection<ServiceReference<MessageArchive>> found =
                context.getServiceReferences(MessageArchive.class, "(" + MessageStore.ID + "=" + store + ")");
        return context.getService(found.iterator().next());
    }

    private static List<String> bodies(MessageArchive archive) throws Exception {
        return get(archive.first(HERMIT, ArchiveQuery.ALL, 100, Long.MAX_VALUE)).stream()
                .map(ArchivedMessage::stanza)
                .map(stanza -> new String(stanza, StandardCharsets.UTF_8))
                .map(stanza -> stanza.replaceAll("(?s).*<body>(.*)</body>.*", "$1"))
                .toList();
    }

    private void keep(String store) throws Exception {
        server.service(ConfigurationAdmin.class)
                .getConfiguration(KEEP, "?")
                .update(new Hashtable<>(Map.of("archive.target", "(" + MessageStore.ID + "=" + store + ")")));
        MessageArchive wanted = archive(store);
        Server.until("copies are kept in " + store, () -> {
            ServiceReference<ArchivePolicy> policy = context.getServiceReference(ArchivePolicy.class);
            ArchivePolicy there = policy == null ? null : context.getService(policy);
            return there != null && there.archive() == wanted;
        });
    }

    @Test
    void aPolicyOfSomebodyElseKeepsCopiesWhileMessagesWaitAndAfterwards() throws Exception {
        Bundle sample = context.installBundle(
                Path.of(context.getProperty("sample")).toUri().toString());
        try {
            sample.start();
            Server.until(
                    "the sample's archive is there",
                    () -> !context.getServiceReferences(MessageArchive.class, "(" + MessageStore.ID + "=memory)")
                            .isEmpty());
            leave("before");
            keep("sqlite");
            leave("in one commit");
            assertEquals(List.of("in one commit"), bodies(archive("sqlite")));
            keep("memory");
            leave("in a second step");
            assertEquals(List.of("in a second step"), bodies(archive("memory")));
            drain("before", "in one commit", "in a second step");
            assertEquals(List.of("in one commit"), bodies(archive("sqlite")), "the copy stays");
            assertEquals(List.of("in a second step"), bodies(archive("memory")));
        } finally {
            server.service(ConfigurationAdmin.class).getConfiguration(KEEP, "?").delete();
            sample.uninstall();
        }
        leave("after");
        assertEquals(List.of("in one commit"), bodies(archive("sqlite")));
        assertEquals(1L, get(archive("sqlite").remove(HERMIT, ArchiveQuery.ALL, Fence.HERE)));
        drain("after");
    }

    private void drain(String... bodies) throws Exception {
        try (PlainClient hermit = server.login("hermit")) {
            hermit.send("<presence/>");
            for (String body : bodies) {
                String came = hermit.await("<body>.*?</body>");
                assertTrue(came.contains("<body>" + body + "</body>"), came);
            }
            hermit.ping(Server.DOMAIN, "read");
        }
        Server.until(
                "nothing waits",
                () -> get(server.service(SpoolAdministration.class).spool(HERMIT, 1))
                                .messages()
                        == 0);
    }
}
