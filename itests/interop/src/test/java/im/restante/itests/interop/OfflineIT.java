package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.ServerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.MessageBuilder;
import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smackx.chatstates.ChatState;
import org.jivesoftware.smackx.chatstates.packet.ChatStateExtension;
import org.jivesoftware.smackx.disco.ServiceDiscoveryManager;
import org.jivesoftware.smackx.receipts.DeliveryReceipt;
import org.junit.jupiter.api.Test;
import org.jxmpp.jid.impl.JidCreate;

/** XEP-0160 and XEP-0203 as a client sees them. */
class OfflineIT extends ServerTest {
    @Test
    void twoResourcesThatComeAtTheSameTimeShareNothingTwice() throws Exception {
        String romeo = newUser("romeo");
        try (SmackClient juliet = SmackClient.online(server, newUser("juliet"), "b")) {
            for (int n = 0; n < 90; n++) {
                juliet.chat(jid(romeo), "m" + n);
            }
            juliet.ping();
        }
        try (SmackClient orchard = SmackClient.login(server, romeo, "orchard");
                SmackClient street = SmackClient.login(server, romeo, "street")) {
            Thread other = new Thread(() -> {
                try {
                    street.available(0);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            other.start();
            orchard.available(0);
            other.join();
            Await.until(
                    "90 messages on both together",
                    Duration.ofSeconds(60),
                    () -> orchard.bodies().size() + street.bodies().size() >= 90);
            orchard.ping();
            street.ping();
            List<String> all = new ArrayList<>(orchard.bodies());
            all.addAll(street.bodies());
            assertEquals(90, all.size());
            assertEquals(90, new HashSet<>(all).size());
        }
    }

    @Test
    void negativePriorityGetsNothingUntilItIsRaised() throws Exception {
        String romeo = newUser("romeo");
        try (SmackClient juliet = SmackClient.online(server, newUser("juliet"), "b")) {
            juliet.chat(jid(romeo), "before");
            juliet.ping();
            try (SmackClient shy = SmackClient.login(server, romeo, "shy")) {
                shy.available(-1);
                shy.ping();
                juliet.chat(jid(romeo), "meanwhile");
                juliet.ping();
                shy.ping();
                assertEquals(List.of(), shy.bodies());
                shy.available(1);
                shy.awaitBodies(2);
                assertEquals(List.of("before", "meanwhile"), shy.bodies());
            }
        }
    }

    /** Not more than the limit of the pair: some come before the server has read that the recipient is there. */
    @Test
    void theBacklogComesBeforeWhatIsSentAfterwards() throws Exception {
        String romeo = newUser("romeo");
        try (SmackClient juliet = SmackClient.online(server, newUser("juliet"), "b")) {
            for (int n = 0; n < 20; n++) {
                juliet.chat(jid(romeo), "m" + n);
            }
            juliet.ping();
            assertEquals(List.of(), juliet.messages, "all are stored");
            try (SmackClient orchard = SmackClient.login(server, romeo, "orchard")) {
                orchard.available(0);
                for (int n = 20; n < 100; n++) {
                    juliet.chat(jid(romeo), "m" + n);
                }
                orchard.awaitBodies(100);
                assertEquals(IntStream.range(0, 100).mapToObj(n -> "m" + n).toList(), orchard.bodies());
            }
        }
    }

    @Test
    void beyondTheLimitTheSenderGetsTheMessageBackWithItsChildrenAndServiceUnavailable() throws Exception {
        server.configure("im.restante.quota", "store-limit", "3");
        try (SmackClient juliet = SmackClient.online(server, newUser("juliet"), "b")) {
            String romeo = newUser("romeo");
            Await.until(
                    "the new limit in force", Duration.ofSeconds(60), () -> takenOf(juliet, newUser("probe"), 4) == 3);
            juliet.messages.clear();
            for (int n = 0; n < 5; n++) {
                juliet.chat(jid(romeo), "m" + n);
            }
            juliet.ping();
            assertEquals(2, juliet.messages.size());
            Message refused = juliet.messages.get(0);
            assertEquals(Message.Type.error, refused.getType());
            assertEquals("m3", refused.getBody());
            assertEquals(
                    StanzaError.Condition.service_unavailable,
                    refused.getError().getCondition());
            assertEquals(StanzaError.Type.CANCEL, refused.getError().getType());
            assertTrue(refused.getError().getDescriptiveText().contains("full"), "says that the queue is full");
            try (SmackClient orchard = SmackClient.online(server, romeo, "orchard")) {
                orchard.awaitBodies(3);
                orchard.ping();
                assertEquals(List.of("m0", "m1", "m2"), orchard.bodies());
            }
            Await.until("the pair is free again", Duration.ofSeconds(60), () -> {
                juliet.messages.clear();
                juliet.chat(jid(romeo), "again");
                juliet.ping();
                return juliet.messages.isEmpty();
            });
        } finally {
            server.configure("im.restante.quota", "store-limit", "100");
            try (SmackClient juliet = SmackClient.online(server, newUser("juliet"), "b")) {
                Await.until(
                        "the old limit in force",
                        Duration.ofSeconds(60),
                        () -> takenOf(juliet, newUser("probe"), 4) == 4);
            }
        }
    }

    /** How many of {@code count} messages to {@code to} were not refused. */
    private static int takenOf(SmackClient sender, String to, int count) throws Exception {
        sender.messages.clear();
        for (int n = 0; n < count; n++) {
            sender.chat(jid(to), "probe");
        }
        sender.ping();
        return count - sender.messages.size();
    }

    @Test
    void chatStatesHeadlinesAndGroupchatAreNotStoredButReceiptsAre() throws Exception {
        String romeo = newUser("romeo");
        try (SmackClient juliet = SmackClient.online(server, newUser("juliet"), "b")) {
            juliet.send(message(juliet, romeo, Message.Type.chat)
                    .addExtension(new ChatStateExtension(ChatState.composing))
                    .build());
            juliet.send(message(juliet, romeo, Message.Type.headline)
                    .setBody("news")
                    .build());
            juliet.send(message(juliet, romeo, Message.Type.groupchat)
                    .setBody("room")
                    .build());
            juliet.send(message(juliet, romeo, Message.Type.normal)
                    .addExtension(new DeliveryReceipt("m1"))
                    .build());
            juliet.send(message(juliet, romeo, Message.Type.normal)
                    .setBody("letter")
                    .build());
            juliet.ping();
            assertEquals(1, juliet.messages.size(), "only the groupchat message is answered");
            assertEquals(
                    StanzaError.Condition.service_unavailable,
                    juliet.messages.get(0).getError().getCondition());
        }
        try (SmackClient orchard = SmackClient.online(server, romeo, "orchard")) {
            orchard.awaitBodies(1);
            orchard.ping();
            assertEquals(2, orchard.messages.size());
            assertEquals("m1", DeliveryReceipt.from(orchard.messages.get(0)).getId());
            assertEquals("letter", orchard.messages.get(1).getBody());
        }
    }

    @Test
    void anAccountThatDoesNotExistIsAnsweredAndAnotherDomainToo() throws Exception {
        try (SmackClient juliet = SmackClient.online(server, newUser("juliet"), "b")) {
            juliet.chat("nobody@localhost", "hello?");
            juliet.chat("romeo@elsewhere.example", "hello?");
            juliet.ping();
            assertEquals(
                    List.of(StanzaError.Condition.service_unavailable, StanzaError.Condition.remote_server_not_found),
                    juliet.messages.stream()
                            .map(m -> m.getError().getCondition())
                            .toList());
        }
    }

    @Test
    void discoListsMsgofflineAndStopsWhenStoringIsOff() throws Exception {
        try (SmackClient juliet = SmackClient.online(server, newUser("juliet"), "b")) {
            ServiceDiscoveryManager disco = ServiceDiscoveryManager.getInstanceFor(juliet.connection);
            assertTrue(disco.discoverInfo(JidCreate.domainBareFrom("localhost")).containsFeature("msgoffline"));
            server.configure("im.restante.offline", "msg-offline", "false");
            Await.until(
                    "msgoffline leaves disco",
                    Duration.ofSeconds(60),
                    () -> !disco.discoverInfo(JidCreate.domainBareFrom("localhost"))
                            .containsFeature("msgoffline"));
            juliet.chat(jid(newUser("romeo")), "hello?");
            juliet.ping();
            assertEquals(
                    StanzaError.Condition.service_unavailable,
                    juliet.messages.get(0).getError().getCondition());
        } finally {
            server.configure("im.restante.offline", "msg-offline", "true");
            try (SmackClient juliet = SmackClient.online(server, newUser("juliet"), "b")) {
                Await.until("storing again", Duration.ofSeconds(60), () -> takenOf(juliet, newUser("probe"), 1) == 1);
            }
        }
    }

    @Test
    void theShellCountsWhatWaits() throws Exception {
        String romeo = newUser("romeo");
        try (SmackClient juliet = SmackClient.online(server, newUser("juliet"), "b")) {
            juliet.chat(jid(romeo), "secret words");
            juliet.chat(jid(romeo), "more of them");
            juliet.ping();
            String spool = server.shell("restante:spool " + jid(romeo));
            assertTrue(spool.contains("2"), spool);
            assertTrue(spool.contains(juliet.connection.getUser().asEntityBareJidString()), spool);
            assertTrue(!spool.contains("secret"), "never a body");
        }
    }

    @Override
    ServerProcess configured(ServerProcess prepared) {
        return super.configured(prepared)
                .configure("im.restante.quota", "store-limit", "100")
                .configure("im.restante.offline", "msg-offline", "true");
    }

    private static MessageBuilder message(SmackClient from, String to, Message.Type type) throws Exception {
        return from.connection
                .getStanzaFactory()
                .buildMessageStanza()
                .to(JidCreate.from(jid(to)))
                .ofType(type);
    }
}
