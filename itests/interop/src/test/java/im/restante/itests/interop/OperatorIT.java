package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jivesoftware.smack.sasl.SASLErrorException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an operator is told: why a message was stored or not, what became of it, and what a rule would do. */
class OperatorIT extends ServerTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Pattern STANZA_ID = Pattern.compile("<stanza-id [^>]*\\bid='([A-Za-z0-9_-]{22})'");

    private RawClient juliet;
    private String sender;
    private String romeo;

    @Override
    ServerProcess configured(ServerProcess prepared) {
        return super.configured(prepared)
                .configure("im.restante.c2s", "tls", "optional")
                .configure("im.restante.quota", "store-limit", "2");
    }

    @BeforeEach
    void juliet() throws Exception {
        sender = newUser("juliet");
        juliet = RawClient.login(server, sender);
        romeo = newUser("romeo");
    }

    @AfterEach
    void leave() throws Exception {
        juliet.close();
    }

    private void send(String id, String content) throws Exception {
        juliet.say("<message to='" + jid(romeo) + "' type='chat' id='" + id + "'>" + content + "</message>");
    }

    private String why(String asked) throws Exception {
        return server.shell("restante:why " + asked);
    }

    @Test
    void aStoredMessagesStoryIsToldByItsIdItsStanzaIdItsSenderAndItsOwner() throws Exception {
        send("story", "<body>confidential</body>");
        assertTrue(why("story").contains("stored (default: body); configuration "), why("story"));
        String stanzaId;
        try (RawClient owner = RawClient.login(server, romeo)) {
            owner.write("<presence/>");
            Matcher found = STANZA_ID.matcher(owner.readUntil("</message>"));
            assertTrue(found.find());
            stanzaId = found.group(1);
            owner.write("</stream:stream>");
            owner.readToEnd();
        }
        Await.until("its leaving proves", SOON, () -> why("story").contains("its recipient has it, proved"));
        for (String asked : new String[] {"story", stanzaId, jid(sender), jid(romeo)}) {
            String said = why(asked);
            int stored = said.indexOf("id=story stanza-id=" + stanzaId + " from " + jid(sender) + " to " + jid(romeo));
            int proved = said.indexOf("its recipient has it, proved (to " + jid(romeo) + "/");
            assertTrue(stored >= 0 && proved > stored, asked + ": " + said);
            assertFalse(said.contains("confidential"), said);
        }
    }

    @Test
    void aRefusalIsToldWithLimitAndUsageAndASkipWithItsRule() throws Exception {
        send("r1", "<body>1</body>");
        send("r2", "<body>2</body>");
        send("r3", "<body>3</body>");
        send("r4", "<body>4</body><no-store xmlns='urn:xmpp:hints'/>");
        assertTrue(
                why("r3")
                        .contains(
                                "refused, and the sender was told (limit of 2 messages from one sender reached: 2 wait)"),
                why("r3"));
        assertTrue(why("r4").contains("not stored, by a rule (hint: no-store)"), why("r4"));
        assertTrue(why("r1").contains("stored (default: body)"), why("r1"));
        juliet.say("<message to='nobody@localhost' id='r5'><body>5</body></message>");
        assertTrue(why("r5").contains("refused, and the sender was told (there is no such account)"), why("r5"));
    }

    @Test
    void whatWasDeliveredLiveAndWhatIsUnknownIsTold() throws Exception {
        try (RawClient owner = RawClient.login(server, romeo)) {
            owner.say("<presence/>");
            awaitLive(romeo);
            send("live", "<body>1</body>");
        }
        assertTrue(why("live").contains("delivered to connected sessions (1 session)"), why("live"));
        assertTrue(why("never-seen").startsWith("nothing is known about never-seen\nknown: "), why("never-seen"));
    }

    @Test
    void aMessageThatWentWithItsAccountIsTold() throws Exception {
        send("gone", "<body>1</body>");
        server.shell("restante:user-remove " + jid(romeo));
        assertTrue(why("gone").contains("removed from the spool, with its account"), why("gone"));
    }

    @Test
    void anotherPasswordHoldsForTheNextLoginAndSessionsStay() throws Exception {
        try (SmackClient open = SmackClient.login(server, romeo, "desk")) {
            server.shell("restante:user-password " + jid(romeo) + " another");
            open.ping();
            assertThrows(SASLErrorException.class, () -> SmackClient.login(server, romeo, "hall"));
            server.shell("restante:user-password " + jid(romeo) + ' ' + ServerProcess.password(romeo));
            SmackClient.login(server, romeo, "hall").close();
        }
    }

    @Test
    void aChangeOfConfigurationRaisesTheNumberThatVerdictsAndTheLogName() throws Exception {
        send("before", "<body>1</body>");
        int before = revision(why("before"));
        Files.writeString(server.home().resolve("etc/init.properties"), "amp/store-limit[L]=3\n");
        Await.until("a new number", SOON, () -> revision(why("anything")) > before);
        send("after", "<body>2</body>");
        String said = why("after");
        int after = revision(said);
        assertTrue(said.contains("stored (default: body); configuration " + after + "\n"), said);
        assertTrue(said.contains("configuration " + after + " since "), said);
        Await.until(
                "the log names it",
                SOON,
                () -> Files.readString(server.home().resolve("log/restante.log"))
                        .contains("configuration " + after + ": im.restante.quota was changed"));
        Files.delete(server.home().resolve("etc/init.properties"));
        Await.until("the file's end", SOON, () -> revision(why("anything")) > after);
    }

    /** A number stands for one state that is in force, so what is refused has none, and the same again no other. */
    @Test
    void aRefusedConfigurationHasNoNumber() throws Exception {
        Path quota = server.home().resolve("etc/im.restante.quota.cfg");
        String good = Files.readString(quota);
        int before = revision(why("anything"));
        try {
            Files.writeString(quota, "store-limit=many\n");
            Await.until(
                    "the log refuses it",
                    SOON,
                    () -> Files.readString(server.home().resolve("log/restante.log"))
                            .contains("im.restante.quota: store-limit=many: must be"));
            assertEquals(before, revision(why("anything")));
            Files.writeString(quota, good + "quota-exceeded=drop\n");
            Await.until("another value", SOON, () -> revision(why("anything")) == before + 1);
            assertTrue(why("anything").contains("quota-exceeded=drop)"), why("anything"));
        } finally {
            Files.writeString(quota, good);
        }
        Await.until("the first value again", SOON, () -> revision(why("anything")) == before + 2);
    }

    private static int revision(String said) {
        String[] lines = said.strip().split("\n");
        Matcher last = Pattern.compile("^configuration (\\d+) since").matcher(lines[lines.length - 1]);
        assertTrue(last.find(), said);
        return Integer.parseInt(last.group(1));
    }

    @Test
    void aRuleIsTriedBeforeItGoesLive() throws Exception {
        Files.writeString(
                server.home().resolve("try.xml"),
                "<message id='t1'><received xmlns='urn:example'/><plain xmlns='urn:example'/></message>"
                        + "<message id='t2'><body>words</body></message>");
        assertEquals("""
                by the rules in force:
                1. message id=t1: stored, decided by default: content
                2. message id=t2: stored, decided by default: body
                """, server.shell("restante:filter-test try.xml"));
        assertEquals("""
                with msg-store-offline-paths=-/message/plain,/message/received:
                1. message id=t1: not stored, decided by -/message/plain
                2. message id=t2: stored, decided by default: body
                """, server.shell("restante:filter-test try.xml '-/message/plain,/message/received'"));
        assertTrue(server.shell("restante:filter-test try.xml '/message/received,-/message/plain'")
                .contains("1. message id=t1: stored, decided by /message/received"));
    }
}
