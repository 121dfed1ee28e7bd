package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static im.restante.itests.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.routing.Server.Client;
import im.restante.session.CloseReason;
import im.restante.session.Outcome;
import im.restante.store.MessageKind;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With {@code journal=true} what is sent to somebody present is committed before it counts as taken, and kept until it is proved. */
class JournalTest {
    private static final Map<String, String> JOURNAL = Map.of("journal", "true", "window", "8");

    private Server server = new Server(JOURNAL).withRules();
    private Client juliet;

    @BeforeEach
    void connect() {
        juliet = server.connect(JULIET, "balcony");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(Integer::toString).toList();
    }

    /** A session that proves nothing until it is told to, and was given all that waited before. */
    private Client present(String resource) {
        Client client = server.connect(ROMEO, resource, new FakeLink().unproved());
        client.available(0);
        juliet.chat(ROMEO, "first");
        eventually(() -> client.bodies().equals(List.of("first")));
        client.link.prove(1);
        eventually(() -> server.delivery.spool(ROMEO).isEmpty());
        eventually(() -> server.isDirect(ROMEO)); // it looks once more whether something waits
        return client;
    }

    @Test
    void aLiveMessageIsInTheSpoolUntilItIsProved() {
        Client romeo = present("orchard");
        juliet.chat(ROMEO, "1");
        assertEquals(List.of("1"), server.delivery.spool(ROMEO));
        StoredMessage row = server.delivery.rows.get(ROMEO).firstEntry().getValue();
        assertEquals(MessageKind.JOURNAL, row.kind());
        eventually(() -> romeo.bodies().equals(List.of("first", "1")));
        romeo.link.prove(1);
        eventually(() -> server.delivery.spool(ROMEO).isEmpty());
    }

    @Test
    void theVerdictAndTheHandingOverWaitForTheCommit() {
        Client romeo = present("orchard");
        server.delivery.shut();
        CompletionStage<Outcome> verdict =
                juliet.send("<message to='romeo@localhost' type='chat'><body>1</body></message>");
        assertFalse(verdict.toCompletableFuture().isDone());
        assertEquals(List.of("first"), romeo.bodies());
        server.delivery.open();
        Server.get(verdict);
        eventually(() -> romeo.bodies().equals(List.of("first", "1")));
    }

    @Test
    void whatIsHandedOverAtOnceHasNoDelayAndWhatComesAgainHasOneAndTheSameStanzaId() {
        Client romeo = present("orchard");
        juliet.chat(ROMEO, "1");
        eventually(() -> romeo.bodies().equals(List.of("first", "1")));
        Element once = romeo.link.last();
        assertTrue(once.child(Namespaces.DELAY, "delay").isEmpty());
        server.close();
        server = new Server(server.delivery, server.users, JOURNAL); // as after a kill
        Client again = server.connect(ROMEO, "orchard");
        again.available(0);
        eventually(() -> again.bodies().equals(List.of("1")));
        Element twice = again.link.last();
        assertTrue(twice.child(Namespaces.DELAY, "delay").isPresent());
        assertEquals(
                once.child(Namespaces.STANZA_ID, "stanza-id").orElseThrow().attribute("id"),
                twice.child(Namespaces.STANZA_ID, "stanza-id").orElseThrow().attribute("id"));
    }

    @Test
    void manyMessagesShareAProof() {
        Client romeo = present("orchard");
        numbers(1, 6).forEach(n -> juliet.chat(ROMEO, n));
        eventually(() -> romeo.link.batchesUnproved() == 2);
        int proofs = 0;
        while (!server.delivery.spool(ROMEO).isEmpty()) {
            int due = Math.min(1, romeo.link.batchesUnproved());
            romeo.link.prove(due);
            proofs += due;
        }
        assertTrue(proofs <= 4, "two alone, the rest together: " + proofs);
        assertEquals(6 + 1, romeo.bodies().size());
    }

    @Test
    void aCutBeforeTheProofBringsItBackOnce() {
        Client romeo = present("orchard");
        numbers(1, 3).forEach(n -> juliet.chat(ROMEO, n));
        romeo.end(CloseReason.CUT);
        Client again = server.connect(ROMEO, "orchard");
        again.available(0);
        eventually(() -> again.bodies().equals(numbers(1, 3)));
        eventually(() -> server.delivery.spool(ROMEO).isEmpty());
    }

    @Test
    void quotaDoesNotRefuseWhoIsPresent() {
        Client romeo = present("orchard");
        server.delivery.limit = 1;
        numbers(1, 5).forEach(n -> juliet.chat(ROMEO, n));
        assertEquals(List.of(), juliet.link.received());
        while (romeo.bodies().size() < 6) {
            romeo.link.prove(Math.min(1, romeo.link.batchesUnproved()));
        }
    }

    @Test
    void aStoreThatFailsIsTheSendersToKnow() {
        Client romeo = present("orchard");
        server.delivery.broken = true;
        juliet.chat(ROMEO, "1");
        assertEquals("error", juliet.link.last().attribute("type"));
        server.delivery.broken = false;
        juliet.chat(ROMEO, "2");
        eventually(() -> romeo.bodies().equals(List.of("first", "2")));
    }

    @Test
    void aReaderWhoFallsBehindIsServedFromTheStoreInOrder() {
        Client romeo = present("orchard");
        int many = 3000; // more than are kept in memory
        numbers(1, many).forEach(n -> juliet.chat(ROMEO, n));
        while (romeo.bodies().size() < 1 + 20) {
            romeo.link.prove(Math.min(1, romeo.link.batchesUnproved()));
        }
        romeo.end(CloseReason.CUT);
        List<String> before = romeo.bodies();
        Client again = server.connect(ROMEO, "orchard");
        again.available(0);
        eventually(() -> server.delivery.spool(ROMEO).isEmpty());
        List<String> bodies = again.bodies();
        assertEquals(numbers(many + 1 - bodies.size(), many), bodies);
        assertTrue(before.size() - 1 + bodies.size() >= many);
    }

    @Test
    void anotherSessionGetsLiveWhatTheFirstOneProves() {
        Client first = present("orchard");
        Client second = server.connect(ROMEO, "hall");
        second.available(0);
        juliet.chat(ROMEO, "1");
        assertEquals(List.of("1"), second.bodies());
        eventually(() -> first.bodies().equals(List.of("first", "1")));
        first.link.prove(1);
        eventually(() -> server.delivery.spool(ROMEO).isEmpty());
        assertEquals(List.of("1"), second.bodies());
    }

    @Test
    void theKeyIsSwitchedUnderTraffic() {
        Client romeo = present("orchard");
        server.modified(Map.of("journal", "false"));
        eventually(() -> server.state(romeo).equals("LIVE"));
        juliet.chat(ROMEO, "1");
        assertEquals(List.of(), server.delivery.spool(ROMEO));
        server.modified(Map.of("journal", "true"));
        juliet.chat(ROMEO, "2");
        assertEquals(List.of("2"), server.delivery.spool(ROMEO));
        eventually(() -> romeo.bodies().equals(List.of("first", "1", "2")));
        romeo.link.prove(1);
        eventually(() -> server.delivery.spool(ROMEO).isEmpty());
    }
}
