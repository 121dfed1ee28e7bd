package im.restante.internal.shell.portable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.Setting;
import im.restante.migration.ForeignAccount;
import im.restante.migration.ForeignAccount.Credential;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForeignCredentialsTest {
    // of the password "pencil", with salt and iterations of RFC 5802 §5
    private static final String SALT = "QSXCR+Q6sek8bf92";
    private static final String SALTED = "HZbuOlKbWl+eR8AfIposuKbhX30=";
    private static final String STORED = "6dlGYMOdZcOPutkcNY8U2g7vK9Y=";
    private static final String SERVER = "D+CSWLOshSulAsxiupA+qs2/fTE=";
    private static final Setting KEPT =
            new Setting("credentials", "SCRAM-SHA-1", "SCRAM-SHA-1$4096:" + SALT + '$' + STORED + ':' + SERVER);

    private static ForeignAccount account(boolean active, Credential... credentials) {
        return new ForeignAccount(1, "romeo@example.org", active, List.of(credentials), null);
    }

    private static ForeignCredentials of(String mechanism, String value) {
        return ForeignCredentials.of(account(true, new Credential(mechanism, value)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SCRAM-SHA-1", "SCRAM-SHA1"})
    void keysAreTakenAsTheyAre(String mechanism) {
        ForeignCredentials taken = of(mechanism, "s=" + SALT + ",i=4096,t=" + STORED + ",e=" + SERVER);
        assertEquals(List.of(KEPT), taken.settings());
        assertNull(taken.password());
    }

    @Test
    void keysAreDerivedFromASaltedPassword() {
        assertEquals(
                List.of(KEPT),
                of("SCRAM-SHA-1", "s=" + SALT + ",i=4096,p=" + SALTED).settings());
    }

    @Test
    void aPasswordIsWorthMoreThanKeysOfOneHash() {
        Credential keys = new Credential("SCRAM-SHA-1", "s=" + SALT + ",i=4096,t=" + STORED + ",e=" + SERVER);
        for (List<Credential> order : List.of(
                List.of(keys, new Credential("PLAIN", "pencil")), List.of(new Credential("PLAIN", "pencil"), keys))) {
            ForeignCredentials taken = ForeignCredentials.of(account(true, order.toArray(Credential[]::new)));
            assertEquals("pencil", taken.password());
            assertEquals(List.of(), taken.settings());
            assertFalse(taken.toString().contains("pencil"));
        }
    }

    @Test
    void whatIsUnknownBesideWhatIsKnownDoesNotMatter() {
        ForeignCredentials taken = ForeignCredentials.of(account(
                true,
                new Credential("SCRAM-SHA-512", "s=" + SALT + ",i=4096,t=" + STORED + ",e=" + SERVER),
                new Credential("PLAIN", "0123456789abcdef0123456789ABCDEF"),
                new Credential("SCRAM-SHA-1", "s=" + SALT + ",i=4096,t=" + STORED + ",e=" + SERVER)));
        assertEquals(List.of(KEPT), taken.settings());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MD5-PASSWORD | 0123456789abcdef0123456789abcdef | not known here",
                "PLAIN | 0123456789abcdef0123456789abcdef | it looks like an MD5 sum",
                "PLAIN | '' | it is empty",
                "SCRAM-SHA-512 | s=QUJD,i=4096,t=QUJD,e=QUJD | not known here",
                "SCRAM-SHA-1 | nonsense | without s=",
                "SCRAM-SHA-1 | s=!!!,i=4096 | s= is not base64",
                "SCRAM-SHA-1 | s=QUJD,t=QUJD,e=QUJD | without a count of iterations",
                "SCRAM-SHA-1 | s=QUJD,i=1000000000,t=QUJD,e=QUJD | without a count of iterations",
                "SCRAM-SHA-1 | s=QUJD,i=4096,t=QUJD,e=QUJD | t= has 3 bytes instead of 20",
                "SCRAM-SHA-1 | s=QUJD,i=4096,p=QUJD | p= has 3 bytes instead of 20",
                "SCRAM-SHA-1 | s=QUJD,i=100,p=HZbuOlKbWl+eR8AfIposuKbhX30= | iterations must be at least 4096"
            })
    void whatCannotBeUsedIsNamedWithoutItsValue(String mechanism, String value, String reason) {
        String said = assertThrows(IllegalArgumentException.class, () -> of(mechanism, value))
                .getMessage();
        assertTrue(said.contains(mechanism + " (" + reason), said);
        assertTrue(
                Stream.of(value.split(",|[a-z]=")).noneMatch(part -> part.length() > 4 && said.contains(part)), said);
    }

    @Test
    void whoMayNotLogInThereMayNotHereEither() {
        assertEquals(
                "it may not log in there",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> ForeignCredentials.of(account(false, new Credential("PLAIN", "pencil"))))
                        .getMessage());
        assertEquals(
                "it has no password there",
                assertThrows(IllegalArgumentException.class, () -> ForeignCredentials.of(account(true)))
                        .getMessage());
    }
}
