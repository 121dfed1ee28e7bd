package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.ServerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What may wait for one account, however many send to it: {@code owner-limit} and {@code owner-limit-bytes}. */
class TotalsIT extends ServerTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String FULL =
            "The recipient's offline queue is full: the limit of all senders together is reached";

    @Override
    ServerProcess configured(ServerProcess prepared) {
        return super.configured(prepared)
                .configure("im.restante.c2s", "tls", "optional")
                .configure("im.restante.limits", "owner-limit", "8");
    }

    /** The answer to one message with a body of so many bytes. */
    private static String send(RawClient from, String to, String id, int bytes) throws IOException {
        return from.say("<message type='chat' id='" + id + "' to='" + jid(to) + "'><body>" + "x".repeat(bytes)
                + "</body></message>");
    }

    private void assertStored(RawClient from, String to, String id) throws IOException {
        String answer = send(from, to, id, 10);
        assertFalse(answer.contains("<error"), answer);
    }

    private void assertRefused(RawClient from, String to, String id, String reason) throws Exception {
        String answer = send(from, to, id, 10);
        assertTrue(answer.contains("service-unavailable"), answer);
        assertTrue(answer.replace("&apos;", "'").contains(FULL), answer);
        assertWhy(id, reason);
    }

    private void assertWhy(String id, String reason) throws Exception {
        String why = server.shell("restante:why " + id);
        assertTrue(why.contains("limit of " + reason), why);
    }

    @Test
    void halfOfAnAccountsRoomIsKeptForItsContactsAndTheLimitsChangeWhileRunning() throws Exception {
        String romeo = newUser("romeo");
        String juliet = newUser("juliet");
        String paris = newUser("paris");
        String tybalt = newUser("tybalt");
        try (RawClient owner = RawClient.login(server, romeo)) {
            owner.say("<iq type='set' id='r'><query xmlns='jabber:iq:roster'><item jid='" + jid(juliet)
                    + "'/></query></iq>");
        }
        try (RawClient contact = RawClient.login(server, juliet);
                RawClient stranger = RawClient.login(server, paris);
                RawClient other = RawClient.login(server, tybalt)) {
            for (int i = 0; i < 4; i++) {
                assertStored(i % 2 == 0 ? stranger : other, romeo, "s" + i);
            }
            assertRefused(stranger, romeo, "s4", "4 messages from all senders reached: 4 wait");
            for (int i = 0; i < 4; i++) {
                assertStored(contact, romeo, "c" + i);
            }
            assertRefused(contact, romeo, "c4", "8 messages from all senders reached: 8 wait");
            assertStored(other, juliet, "elsewhere");

            server.configure("im.restante.limits", "owner-limit-bytes", "20000");
            server.configure("im.restante.limits", "owner-limit", "-1");
            Await.until(
                    "the first large one fits",
                    SOON,
                    () -> !send(contact, romeo, "b1", 15_000).contains("<error"));
            send(contact, romeo, "b2", 15_000);
            assertWhy("b2", "20000 bytes from all senders reached");
            server.configure("im.restante.quota", "quota-exceeded", "drop-oldest");
            Await.until(
                    "the sender's own make room",
                    SOON,
                    () -> !send(contact, romeo, "b3", 15_000).contains("<error"));
            assertRefused(stranger, romeo, "s5", "10000 bytes from all senders reached");
        }
        try (RawClient owner = RawClient.login(server, romeo)) {
            owner.write("<presence/>");
            String mail = owner.readUntil("x".repeat(15_000)).replace('"', '\'');
            for (String id : List.of("s0", "s1", "s2", "s3", "b3")) {
                assertTrue(mail.contains("id='" + id + "'"), id);
            }
            for (String id : List.of("c0", "c3", "b1", "b2", "s4", "s5")) {
                assertFalse(mail.contains("id='" + id + "'"), id);
            }
        }
    }
}
