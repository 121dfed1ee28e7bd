package im.restante.itests.support;

import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** What a server keeps of a password, computed by the JDK's own means. */
public final class Credentials {
    private Credentials() {}

    public static ScramCredentials derive(ScramHash hash, String password, byte[] salt, int iterations) {
        try {
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2With" + hash.mac())
                    .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, hash.length() * 8))
                    .getEncoded();
            return new ScramCredentials(
                    hash,
                    salt,
                    iterations,
                    MessageDigest.getInstance(hash.digest()).digest(hmac(hash, salted, "Client Key")),
                    hmac(hash, salted, "Server Key"));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    public static byte[] hmac(ScramHash hash, byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(hash.mac());
        mac.init(new SecretKeySpec(key, hash.mac()));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }
}
