package im.restante.internal.c2s;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.c2s.C2sConfig.Tls;
import im.restante.itests.support.FakeReference;
import im.restante.jid.Jid;
import im.restante.sasl.SaslExchange;
import im.restante.sasl.SaslFailure;
import im.restante.sasl.SaslLogin;
import im.restante.sasl.SaslMechanism;
import im.restante.sasl.SaslStep;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mechanisms of others. */
class MechanismsTest {
    @TempDir
    static Path home;

    private TestServer server;
    private TestClient client;

    /** Lets in whoever says the name and the word of the day in two messages. */
    private record Password(String name, Function<SaslLogin, SaslExchange> begin) implements SaslMechanism {
        @Override
        public SaslExchange begin(SaslLogin login) {
            return begin.apply(login);
        }
    }

    private static final class WordOfTheDay implements SaslExchange {
        private final SaslLogin login;
        private boolean named;

        WordOfTheDay(SaslLogin login) {
            this.login = login;
        }

        @Override
        public CompletionStage<SaslStep> answer(byte[] message) throws SaslFailure {
            String text = new String(message, UTF_8);
            if (!named) {
                named = true;
                return login.claim(text, null).thenApply(account -> SaslStep.challenge("word?".getBytes(UTF_8)));
            }
            if (!text.equals("swordfish")) {
                throw SaslFailure.wrong("another word");
            }
            return completedFuture(SaslStep.success("welcome".getBytes(UTF_8)));
        }
    }

    @BeforeEach
    void connect() throws Exception {
        server = new TestServer(home, TestServer.config(Tls.OFF));
        client = server.connect();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    private void add(int ranking, String name, Function<SaslLogin, SaslExchange> begin) {
        server.server.mechanisms().add(new FakeReference<>(9, ranking), new Password(name, begin));
    }

    private static String base64(String text) {
        return java.util.Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private void begin(String mechanism, String first) throws IOException {
        client.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='" + mechanism + "'>" + base64(first)
                + "</auth>");
    }

    private void respond(String text) throws IOException {
        client.send("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" + base64(text) + "</response>");
    }

    @Test
    void anotherMechanismIsOfferedByItsRankAndLogsIn() throws Exception {
        add(7, "X-WORD", WordOfTheDay::new);
        String features = client.open();
        assertTrue(features.contains("<mechanism>X-WORD</mechanism><mechanism>SCRAM-SHA-256</mechanism>"), features);
        assertFalse(features.contains("-PLUS"), "without TLS there is nothing to bind to");
        begin("X-WORD", "juliet");
        assertTrue(client.until("</challenge>").contains(base64("word?")));
        respond("swordfish");
        assertTrue(client.until("</success>").contains(base64("welcome")));
        client.open();
        client.bind("balcony");
        assertEquals(Jid.of("juliet@localhost/balcony"), server.sessions.next().jid());
    }

    @Test
    void guessesOfItCountLikeOthers() throws Exception {
        add(7, "X-WORD", WordOfTheDay::new);
        client.open();
        for (int i = 0; i < 5; i++) {
            begin("X-WORD", "juliet");
            client.until("</challenge>");
            respond("guess " + i);
            assertTrue(client.until("</failure>").contains("<not-authorized/>"));
        }
        assertTrue(client.until("</stream:stream>").contains("<policy-violation"));
    }

    /** Each in its own way; none costs more than its try. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "throws at once",
                "throws an error",
                "answers null",
                "fails",
                "lets somebody in whom it has not named",
                "has no exchange"
            })
    void oneThatIsBrokenCostsItsTryOnly(String how) throws Exception {
        add(7, "X-BROKEN", login -> switch (how) {
            case "throws at once" ->
                message -> {
                    throw new IllegalStateException("broken on purpose");
                };
            case "throws an error" ->
                message -> {
                    throw new NoClassDefFoundError("broken on purpose");
                };
            case "answers null" -> message -> null;
            case "fails" -> message -> CompletableFuture.failedFuture(new IOException("broken on purpose"));
            case "lets somebody in whom it has not named" -> message -> completedFuture(SaslStep.success(null));
            default -> null;
        });
        client.open();
        begin("X-BROKEN", "juliet");
        assertTrue(client.until("</failure>").contains("<temporary-auth-failure/>"));
        client.login("balcony");
    }

    @Test
    void aConnectionThatIsCutWaitsForNoMechanism() throws Exception {
        CompletableFuture<Void> asked = new CompletableFuture<>();
        add(7, "X-SILENT", login -> message -> {
            asked.complete(null);
            return new CompletableFuture<>();
        });
        client.open();
        begin("X-SILENT", "juliet");
        asked.get(20, TimeUnit.SECONDS);
        server.close(); // returns when every connection has ended
        client.rest();
    }

    @Test
    void namesThatAreNoneAreLeftOutAndOfTwoTheHigherRankingIsUsed() throws Exception {
        Mechanisms mechanisms = new Mechanisms();
        for (String bad : new String[] {"", "plain", "TOO-LONG-FOR-A-MECHANISM", "SPACE D", null}) {
            mechanisms.add(new FakeReference<>(1, 0), new Password(bad, WordOfTheDay::new));
        }
        assertTrue(mechanisms.offered(true).isEmpty());
        SaslMechanism low = new Password("PLAIN", WordOfTheDay::new);
        SaslMechanism high = new Password("PLAIN", login -> null);
        FakeReference<SaslMechanism> better = new FakeReference<>(2, 5);
        mechanisms.add(new FakeReference<>(1, 0), low);
        mechanisms.add(better, high);
        assertEquals(List.of(high), List.copyOf(mechanisms.offered(true).values()));
        mechanisms.remove(better);
        assertEquals(List.of(low), List.copyOf(mechanisms.offered(true).values()));
    }

    /** While their bundle is exchanged a client waits, rather than being told that it cannot log in. */
    @Test
    void aClientWaitsForTheFirstMechanism() throws Exception {
        Mechanisms mechanisms = new Mechanisms();
        assertFalse(mechanisms.await(false, Duration.ofMillis(1), () -> false));
        assertFalse(mechanisms.await(false, Duration.ofDays(1), () -> true), "a client that has left waits no more");
        CompletableFuture<Set<String>> offered = offeredWhenComplete(mechanisms);
        mechanisms.add(
                new FakeReference<>(2, 9), new Password("X-BOUND-PLUS", WordOfTheDay::new)); // nothing to bind to
        mechanisms.add(new FakeReference<>(1, 0), new Password("PLAIN", WordOfTheDay::new));
        assertEquals(Set.of("PLAIN"), offered.get(20, TimeUnit.SECONDS));
    }

    /** A client that can do PLAIN only is not told that only X-OTHER is there, which has come back first or has never left. */
    @Test
    void aClientWaitsForEveryMechanismThatWasThereAMomentAgo() throws Exception {
        Mechanisms mechanisms = new Mechanisms();
        FakeReference<SaslMechanism> plain = new FakeReference<>(1, 0);
        FakeReference<SaslMechanism> bound = new FakeReference<>(2, 0);
        mechanisms.add(plain, new Password("PLAIN", WordOfTheDay::new));
        mechanisms.add(bound, new Password("X-BOUND-PLUS", WordOfTheDay::new));
        mechanisms.add(new FakeReference<>(3, 0), new Password("X-OTHER", WordOfTheDay::new));
        mechanisms.remove(bound); // nothing to bind to: not waited for
        assertEquals(Set.of("PLAIN", "X-OTHER"), offeredWhenComplete(mechanisms).get(20, TimeUnit.SECONDS));
        mechanisms.remove(plain);
        CountDownLatch waits = new CountDownLatch(1);
        CompletableFuture<Set<String>> offered = offeredWhenComplete(mechanisms, waits);
        assertTrue(waits.await(20, TimeUnit.SECONDS));
        mechanisms.add(new FakeReference<>(4, 0), new Password("X-MORE", WordOfTheDay::new));
        mechanisms.add(new FakeReference<>(5, 0), new Password("PLAIN", WordOfTheDay::new));
        assertEquals(Set.of("PLAIN", "X-MORE", "X-OTHER"), offered.get(20, TimeUnit.SECONDS));
    }

    @Test
    void oneThatDoesNotComeBackIsWaitedForOnlySoLong() throws Exception {
        Mechanisms mechanisms = new Mechanisms();
        FakeReference<SaslMechanism> plain = new FakeReference<>(1, 0);
        mechanisms.add(plain, new Password("PLAIN", WordOfTheDay::new));
        mechanisms.add(new FakeReference<>(2, 0), new Password("X-OTHER", WordOfTheDay::new));
        mechanisms.remove(plain);
        assertTrue(mechanisms.await(false, Duration.ofMillis(1), () -> false));
        assertEquals(Set.of("X-OTHER"), mechanisms.offered(false).keySet());
    }

    private static CompletableFuture<Set<String>> offeredWhenComplete(Mechanisms mechanisms) {
        return offeredWhenComplete(mechanisms, new CountDownLatch(1));
    }

    private static CompletableFuture<Set<String>> offeredWhenComplete(Mechanisms mechanisms, CountDownLatch waits) {
        CompletableFuture<Set<String>> offered = new CompletableFuture<>();
        Thread client = new Thread(() -> {
            try {
                mechanisms.await(false, Duration.ofDays(1), () -> {
                    waits.countDown();
                    return false;
                });
                offered.complete(mechanisms.offered(false).keySet());
            } catch (InterruptedException e) {
                offered.completeExceptionally(e);
            }
        });
        client.setDaemon(true);
        client.start();
        return offered;
    }
}
