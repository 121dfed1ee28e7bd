package im.restante.internal.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.Accounts;
import im.restante.account.ScramHash;
import im.restante.itests.support.Credentials;
import im.restante.jid.Jid;
import im.restante.sasl.SaslExchange;
import im.restante.sasl.SaslFailure;
import im.restante.sasl.SaslFailure.Condition;
import im.restante.sasl.SaslLogin;
import im.restante.sasl.SaslMechanism;
import im.restante.sasl.SaslStep;
import im.restante.store.StoreException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PasswordMechanismsTest {
    private static final byte[] SALT = {1, 2, 3};

    private boolean broken;
    private SaslFailure refusal;
    private Map<String, byte[]> bindings = Map.of();

    private final List<SaslMechanism> all = PasswordMechanisms.all((Accounts) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {Accounts.class}, (proxy, method, arguments) -> {
                if (broken) {
                    return CompletableFuture.failedFuture(new StoreException("no repository"));
                }
                return CompletableFuture.completedFuture(
                        switch (method.getName()) {
                            case "verify" ->
                                arguments[0].equals(Jid.of("juliet@localhost")) && arguments[1].equals("r0m30");
                            case "credentials" -> Credentials.derive((ScramHash) arguments[1], "r0m30", SALT, 4096);
                            default -> throw new UnsupportedOperationException(method.getName());
                        });
            }));

    private final SaslLogin login = new SaslLogin() {
        @Override
        public CompletionStage<Jid> claim(String username, String authzid) {
            return refusal == null
                    ? CompletableFuture.completedFuture(Jid.of(username, "localhost", null))
                    : CompletableFuture.failedFuture(refusal);
        }

        @Override
        public List<String> offered() {
            return all.stream().map(SaslMechanism::name).toList();
        }

        @Override
        public Map<String, byte[]> channelBindings() {
            return bindings;
        }

        @Override
        public InetAddress client() {
            return InetAddress.getLoopbackAddress();
        }
    };

    private SaslExchange exchange(String name) {
        return all.stream()
                .filter(one -> one.name().equals(name))
                .findAny()
                .orElseThrow()
                .begin(login);
    }

    private static SaslStep step(SaslExchange exchange, String message) throws Exception {
        try {
            return exchange.answer(message.getBytes(UTF_8))
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            throw (Exception) e.getCause();
        }
    }

    private SaslFailure failure(String mechanism, String message) {
        return assertThrows(SaslFailure.class, () -> step(exchange(mechanism), message));
    }

    @Test
    void theBestComesFirst() {
        assertEquals(
                List.of("SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"),
                all.stream().map(SaslMechanism::name).toList());
    }

    @Test
    void aPasswordIsRightOrAGuess() throws Exception {
        SaslStep.Success success = assertInstanceOf(SaslStep.Success.class, step(exchange("PLAIN"), "\0juliet\0r0m30"));
        assertNull(success.data());
        SaslFailure wrong = failure("PLAIN", "\0juliet\0wrong");
        assertEquals(Condition.NOT_AUTHORIZED, wrong.condition());
        assertTrue(wrong.guess());
        assertEquals(Condition.MALFORMED_REQUEST, failure("PLAIN", "juliet").condition());
        assertEquals(Condition.MALFORMED_REQUEST, failure("PLAIN", "\0juliet\0").condition());
    }

    @Test
    void whatTheServerRefusesIsPassedOn() {
        refusal = new SaslFailure(Condition.INVALID_AUTHZID, "somebody else");
        assertEquals(refusal, failure("PLAIN", "romeo@localhost\0juliet\0r0m30"));
        assertEquals(refusal, failure("SCRAM-SHA-1", "n,,n=juliet,r=abc"));
    }

    @Test
    void accountsThatFailCostATryAndNothingElse() {
        broken = true;
        for (SaslFailure told :
                List.of(failure("PLAIN", "\0juliet\0r0m30"), failure("SCRAM-SHA-256", "n,,n=juliet,r=abc"))) {
            assertEquals(Condition.TEMPORARY_AUTH_FAILURE, told.condition());
            assertTrue(!told.guess() && told.getMessage().contains("no repository"), told.getMessage());
        }
    }

    /** One answer may be given to several who ask: that one of them gave up must not reach the others. */
    @Test
    void theAccountsOwnAnswerIsNotTouched() throws Exception {
        CompletableFuture<Boolean> shared = new CompletableFuture<>();
        CompletableFuture<Boolean> mine = AccountsAnswer.within(shared).toCompletableFuture();
        mine.cancel(true);
        shared.complete(true);
        assertTrue(AccountsAnswer.within(shared).toCompletableFuture().get(20, TimeUnit.SECONDS));
    }

    @Test
    void scramChallengesAndRefusesAWrongProof() throws Exception {
        SaslExchange exchange = exchange("SCRAM-SHA-256");
        SaslStep.Challenge challenge = assertInstanceOf(SaslStep.Challenge.class, step(exchange, "n,,n=juliet,r=abc"));
        String text = new String(challenge.data(), UTF_8);
        assertTrue(text.startsWith("r=abc") && text.endsWith(",s=AQID,i=4096"), text);
        String nonce = text.substring(0, text.indexOf(','));
        SaslFailure wrong =
                assertThrows(SaslFailure.class, () -> step(exchange, "c=biws," + nonce + ",p=" + "A".repeat(43) + "="));
        assertTrue(wrong.guess());
    }

    @Test
    void aChannelIsBoundToWhereTheMechanismSaysSo() throws Exception {
        bindings = Map.of("tls-exporter", new byte[] {9});
        assertInstanceOf(
                SaslStep.Challenge.class, step(exchange("SCRAM-SHA-1-PLUS"), "p=tls-exporter,,n=juliet,r=abc"));
        assertEquals(
                Condition.NOT_AUTHORIZED,
                failure("SCRAM-SHA-1-PLUS", "p=tls-unique,,n=juliet,r=abc").condition());
    }
}
