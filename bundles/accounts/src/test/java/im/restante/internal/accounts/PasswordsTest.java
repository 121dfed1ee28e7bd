package im.restante.internal.accounts;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.account.Setting;
import im.restante.internal.support.Digests;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordsTest {
    private static final String SHA_1_EXCHANGE = "n=user,r=fyko+d2lbbFgONRv9qkxdawL,"
            + "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096,"
            + "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j";
    private static final String SHA_256_EXCHANGE = "n=user,r=rOprNGfwEbeRWgbNEkqO,"
            + "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
            + "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

    @Test
    void derivesTheKeysOfTheExampleInRfc5802() throws Exception {
        assertExchange(
                Passwords.derive(ScramHash.SHA_1, List.of("pencil"), bytes("QSXCR+Q6sek8bf92"), 4096),
                SHA_1_EXCHANGE,
                "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
                "rmF9pqV8S7suAoZWja4dJRkFsKQ=");
    }

    @Test
    void derivesTheKeysOfTheExampleInRfc7677() throws Exception {
        assertExchange(
                Passwords.derive(ScramHash.SHA_256, List.of("pencil"), bytes("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096),
                SHA_256_EXCHANGE,
                "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    @Test
    void fitsOnlyThePasswordItWasDerivedFrom() {
        ScramCredentials kept =
                Passwords.derive(ScramHash.SHA_256, List.of("pencil"), bytes("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
        assertTrue(Passwords.fits(kept, List.of("pencil")));
        assertFalse(Passwords.fits(kept, List.of("Pencil")));
    }

    @ParameterizedTest
    @CsvSource({
        "correct horse battery staple, correct horse battery staple",
        "foo\u1680bar, foo bar",
        "\u212bngstrom, \u00c5ngstrom"
    })
    void preparesPasswordsAsRfc8265Section42Does(String given, String prepared) {
        assertEquals(List.of(prepared), Passwords.forms(given));
    }

    @Test
    void keepsCapitalsApart() {
        assertEquals(List.of("Correct Horse"), Passwords.forms("Correct Horse"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "my cat is a \u0009by", "nul\u0000", "\u00ad", "c1\u0085", "not\uffff"})
    void refusesWhatNoPasswordMayBeAndDoesNotQuoteIt(String given) {
        Exception refused = assertThrows(IllegalArgumentException.class, () -> Passwords.forms(given));
        assertFalse(refused.getMessage().contains("cat"), refused.getMessage());
        assertEquals(null, refused.getCause());
    }

    @Test
    void refusesAPasswordLongerThanTheBound() {
        assertEquals(1024, Passwords.forms("x".repeat(1024)).get(0).length());
        assertThrows(IllegalArgumentException.class, () -> Passwords.forms("x".repeat(1025)));
    }

    @Test
    void readsBackWhatItKeeps() {
        for (ScramHash hash : ScramHash.values()) {
            ScramCredentials kept = Passwords.derive(hash, List.of("pencil"), new byte[] {1, 2, 3}, 5000);
            Setting main = StoredCredentials.toSettings(kept).get(0);
            ScramCredentials read =
                    StoredCredentials.of(hash, Map.of(main.key(), main.value())).orElseThrow();
            assertEquals(5000, read.iterations());
            assertArrayEquals(kept.salt(), read.salt());
            assertArrayEquals(kept.storedKey(), read.storedKey());
            assertArrayEquals(kept.serverKey(), read.serverKey());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "pencil",
                "SCRAM-SHA-1$4096:AAAA$AAAA:AAAA",
                "SCRAM-SHA-256$4096:AAAA$AAAA:AAAA",
                "SCRAM-SHA-256$1:AAAA$"
                        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
            })
    void readsNothingFromADamagedValue(String value) {
        assertTrue(StoredCredentials.of(ScramHash.SHA_256, Map.of("SCRAM-SHA-256", value))
                .isEmpty());
    }

    private static void assertExchange(ScramCredentials keys, String exchange, String proof, String serverSignature)
            throws Exception {
        assertEquals(
                serverSignature,
                Base64.getEncoder().encodeToString(Digests.hmac(keys.hash().mac(), keys.serverKey(), exchange)));
        byte[] clientKey = bytes(proof);
        byte[] signature = Digests.hmac(keys.hash().mac(), keys.storedKey(), exchange);
        for (int i = 0; i < clientKey.length; i++) {
            clientKey[i] ^= signature[i];
        }
        assertArrayEquals(
                keys.storedKey(),
                MessageDigest.getInstance(keys.hash().digest()).digest(clientKey));
    }

    private static byte[] bytes(String base64) {
        return Base64.getDecoder().decode(base64);
    }
}
