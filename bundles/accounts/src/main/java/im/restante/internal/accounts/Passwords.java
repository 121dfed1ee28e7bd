package im.restante.internal.accounts;

import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.internal.support.Digests;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import rocks.xmpp.precis.PrecisProfiles;

/** Preparing passwords (RFC 8265) and deriving SCRAM keys from them (RFC 5802 §3). */
final class Passwords {
    /** Longest password in characters; there is no use for more, and preparing one costs time. */
    static final int MOST_CHARACTERS = 1024;

    private Passwords() {}

    /**
     * The one form of a password, by the profile OpaqueString.
     *
     * @throws IllegalArgumentException if it is empty, too long or has forbidden characters; the message does not quote it
     */
    static String prepare(String password) {
        if (password.isEmpty()) {
            throw new IllegalArgumentException("the password is empty");
        }
        if (password.length() > MOST_CHARACTERS) {
            throw new IllegalArgumentException("the password is longer than " + MOST_CHARACTERS + " characters");
        }
        String prepared;
        try {
            prepared = PrecisProfiles.OPAQUE_STRING.enforce(password);
        } catch (IllegalArgumentException e) {
            // Its message names the character, which would then stand in a log: neither message nor cause is passed on.
            throw new IllegalArgumentException("the password has a character that RFC 8265 does not allow");
        }
        if (prepared.isEmpty()) {
            throw new IllegalArgumentException("the password is empty");
        }
        return prepared;
    }

    /** Derives what is kept instead of a prepared password. Costs milliseconds of processor time. */
    static ScramCredentials derive(ScramHash hash, String prepared, byte[] salt, int iterations) {
        try {
            PBEKeySpec spec = new PBEKeySpec(prepared.toCharArray(), salt, iterations, hash.length() * Byte.SIZE);
            byte[] salted;
            try {
                salted = SecretKeyFactory.getInstance("PBKDF2With" + hash.mac())
                        .generateSecret(spec)
                        .getEncoded();
            } finally {
                spec.clearPassword();
            }
            byte[] clientKey = Digests.hmac(hash.mac(), salted, "Client Key");
            byte[] storedKey = Digests.digest(hash.digest(), clientKey);
            byte[] serverKey = Digests.hmac(hash.mac(), salted, "Server Key");
            return new ScramCredentials(hash, salt, iterations, storedKey, serverKey);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no " + hash.mac() + " or no PBKDF2 with it", e);
        }
    }

    /** Whether the prepared password is the one the credentials were derived from. Costs what {@link #derive} does. */
    static boolean fits(ScramCredentials credentials, String prepared) {
        ScramCredentials derived = derive(credentials.hash(), prepared, credentials.salt(), credentials.iterations());
        return MessageDigest.isEqual(derived.storedKey(), credentials.storedKey());
    }
}
