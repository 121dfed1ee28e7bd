package im.restante.internal.accounts;

import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.internal.support.Digests;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.List;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import rocks.xmpp.precis.PrecisProfiles;

/** Preparing passwords (RFC 8265, RFC 4013) and deriving SCRAM keys from them (RFC 5802 §3). */
final class Passwords {
    /** Longest password in characters; there is no use for more, and preparing one costs time. */
    static final int MOST_CHARACTERS = 1024;

    private Passwords() {}

    /**
     * The forms in which clients send a password, or derive keys from it: as SASLprep prepares it, which RFC 5802 has them do, and as
     * OpaqueString does, which is mostly what was typed. One form where they are the same, as for every password in ASCII.
     *
     * <p>Characters that SASLprep maps to nothing are allowed though OpaqueString forbids them.
     *
     * @throws IllegalArgumentException if it is empty, too long or has forbidden characters; the message does not quote it
     */
    static List<String> forms(String password) {
        if (password.isEmpty()) {
            throw new IllegalArgumentException("the password is empty");
        }
        if (password.length() > MOST_CHARACTERS) {
            throw new IllegalArgumentException("the password is longer than " + MOST_CHARACTERS + " characters");
        }
        String visible = SaslPrep.withoutIgnored(password);
        String opaque;
        try {
            opaque = visible.isEmpty() ? "" : PrecisProfiles.OPAQUE_STRING.enforce(visible);
        } catch (IllegalArgumentException e) {
            // Its message names the character, which would then stand in a log: neither message nor cause is passed on.
            throw new IllegalArgumentException("the password has a character that RFC 8265 does not allow");
        }
        String prepared = SaslPrep.prepare(password);
        if (opaque.isEmpty() || prepared.isEmpty()) {
            throw new IllegalArgumentException("the password is empty");
        }
        String typed = visible.equals(password) ? opaque : Normalizer.normalize(password, Normalizer.Form.NFC);
        return typed.equals(prepared) ? List.of(prepared) : List.of(prepared, typed);
    }

    /** Derives what is kept of a password, given by its {@link #forms}. Costs milliseconds of processor time for each. */
    static ScramCredentials derive(ScramHash hash, List<String> forms, byte[] salt, int iterations) {
        ScramCredentials main = derive(hash, forms.get(0), salt, iterations);
        return forms.size() == 1
                ? main
                : new ScramCredentials(
                        hash,
                        salt,
                        iterations,
                        main.storedKey(),
                        main.serverKey(),
                        derive(hash, forms.get(1), salt, iterations));
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

    /** Whether one of these forms is one that the credentials were derived from. Costs what {@link #derive} does. */
    static boolean fits(ScramCredentials credentials, List<String> forms) {
        for (String form : forms) {
            byte[] key = derive(credentials.hash(), form, credentials.salt(), credentials.iterations())
                    .storedKey();
            ScramCredentials other = credentials.other();
            if (MessageDigest.isEqual(key, credentials.storedKey())
                    || other != null && MessageDigest.isEqual(key, other.storedKey())) {
                return true;
            }
        }
        return false;
    }
}
