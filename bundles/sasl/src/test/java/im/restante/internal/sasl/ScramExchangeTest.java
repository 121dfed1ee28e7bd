package im.restante.internal.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import im.restante.account.ScramHash;
import im.restante.itests.support.Credentials;
import im.restante.sasl.SaslFailure;
import im.restante.sasl.SaslFailure.Condition;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScramExchangeTest {
    private static final Map<String, byte[]> NO_TLS = Map.of();
    private static final Map<String, byte[]> TLS = Map.of("tls-server-end-point", new byte[] {1, 2, 3});

    private static String first(ScramExchange exchange, ScramHash hash, String salt, String message)
            throws SaslFailure {
        exchange.clientFirst(message.getBytes(UTF_8));
        byte[] challenge = exchange.challenge(
                Credentials.derive(hash, "pencil", Base64.getDecoder().decode(salt), 4096));
        return new String(challenge, UTF_8);
    }

    @Test
    void speaksTheExampleOfRfc5802() throws SaslFailure {
        ScramExchange exchange = new ScramExchange(ScramHash.SHA_1, false, false, NO_TLS, "3rfcNHYJY1ZVvWVs7j");
        assertEquals(
                "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
                first(exchange, ScramHash.SHA_1, "QSXCR+Q6sek8bf92", "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL"));
        assertEquals("user", exchange.username());
        byte[] last = exchange.clientFinal(
                "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=".getBytes(UTF_8));
        assertEquals("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", new String(last, UTF_8));
    }

    @Test
    void speaksTheExampleOfRfc7677() throws SaslFailure {
        ScramExchange exchange =
                new ScramExchange(ScramHash.SHA_256, false, false, NO_TLS, "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
        assertEquals(
                "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
                first(exchange, ScramHash.SHA_256, "W22ZaJ0SNY7soEsUEjb6gQ==", "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"));
        byte[] last = exchange.clientFinal(("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
                .getBytes(UTF_8));
        assertEquals("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", new String(last, UTF_8));
    }

    @Test
    void refusesAProofOfAnotherPassword() throws SaslFailure {
        ScramExchange exchange = new ScramExchange(ScramHash.SHA_1, false, false, NO_TLS, "3rfcNHYJY1ZVvWVs7j");
        first(exchange, ScramHash.SHA_1, "QSXCR+Q6sek8bf92", "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
        byte[] wrong =
                "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4TA=".getBytes(UTF_8);
        assertNull(exchange.clientFinal(wrong));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "nothing||MALFORMED_REQUEST",
                "no nonce|n,,n=user|MALFORMED_REQUEST",
                "an extension that must be understood|n,,m=x,n=user,r=abc|MALFORMED_REQUEST",
                "a bad escape|n,,n=us=er,r=abc|MALFORMED_REQUEST",
                "an empty name|n,,n=,r=abc|MALFORMED_REQUEST",
                "an unknown flag|q,,n=user,r=abc|MALFORMED_REQUEST",
                "binding without the mechanism|p=tls-server-end-point,,n=user,r=abc|MALFORMED_REQUEST",
                "a downgrade|y,,n=user,r=abc|NOT_AUTHORIZED",
            })
    void refusesFirstMessagesThatAreNone(String what, String message, Condition condition) {
        ScramExchange exchange = new ScramExchange(ScramHash.SHA_1, false, true, TLS, "server");
        byte[] first = (message == null ? "" : message).getBytes(UTF_8);
        assertEquals(
                condition,
                assertThrows(SaslFailure.class, () -> exchange.clientFirst(first))
                        .condition());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "no binding|n,,n=user,r=abc|MALFORMED_REQUEST",
                "a type that is not offered|p=tls-unique,,n=user,r=abc|NOT_AUTHORIZED",
            })
    void plusWantsABindingThatWasOffered(String what, String message, Condition condition) {
        ScramExchange exchange = new ScramExchange(ScramHash.SHA_1, true, true, TLS, "server");
        assertEquals(
                condition,
                assertThrows(SaslFailure.class, () -> exchange.clientFirst(message.getBytes(UTF_8)))
                        .condition());
    }

    @Test
    void readsEscapedNamesAndWhomTheClientWantsToBe() throws SaslFailure {
        ScramExchange exchange = new ScramExchange(ScramHash.SHA_1, false, false, NO_TLS, "server");
        exchange.clientFirst("y,a=a=2Cb@x,n=c=3Dd=2Ce,r=abc".getBytes(UTF_8));
        assertEquals("c=d,e", exchange.username());
        assertEquals("a,b@x", exchange.authzid());
    }
}
