package im.restante.internal.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Digests and MACs that every JDK has, by its names for them. */
public final class Digests {
    private Digests() {}

    /** @param name such as {@code SHA-256} */
    public static byte[] digest(String name, byte[] data) {
        return of(name).digest(data);
    }

    /** To be fed bit by bit. @param name such as {@code SHA-256} */
    public static MessageDigest of(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no " + name, e);
        }
    }

    /** Another one that has been fed the same: it costs a third of what looking for a provider does. */
    public static MessageDigest copy(MessageDigest model) {
        try {
            return (MessageDigest) model.clone();
        } catch (CloneNotSupportedException e) { // as with some providers
            return of(model.getAlgorithm());
        }
    }

    /**
     * Of a text's UTF-8.
     *
     * @param name such as {@code HmacSHA256}
     */
    public static byte[] hmac(String name, byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance(name);
            mac.init(new SecretKeySpec(key, name));
            return mac.doFinal(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no " + name, e);
        }
    }
}
