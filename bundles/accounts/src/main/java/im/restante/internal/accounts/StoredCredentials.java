package im.restante.internal.accounts;

import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.account.Setting;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How credentials are kept: node {@link #NODE}, one value for each hash under the mechanism's name, in the form of RFC 5803:
 * {@code SCRAM-SHA-256$10000:salt$storedKey:serverKey}, the binary parts in base64.
 */
final class StoredCredentials {
    static final String NODE = "credentials";

    private static final Pattern FORM = Pattern.compile(
            "(SCRAM-SHA-[0-9]+)\\$([0-9]{1,9}):([A-Za-z0-9+/=]+)\\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)");

    private StoredCredentials() {}

    /** The key under which the credentials of a hash are kept. */
    static String key(ScramHash hash) {
        return "SCRAM-" + hash.digest();
    }

    static Setting toSetting(ScramCredentials credentials) {
        Base64.Encoder base64 = Base64.getEncoder();
        String key = key(credentials.hash());
        String value = key
                + '$'
                + credentials.iterations()
                + ':'
                + base64.encodeToString(credentials.salt())
                + '$'
                + base64.encodeToString(credentials.storedKey())
                + ':'
                + base64.encodeToString(credentials.serverKey());
        return new Setting(NODE, key, value);
    }

    /** What {@link #toSetting} wrote; empty if it is something else. */
    static Optional<ScramCredentials> parse(ScramHash hash, String value) {
        Matcher form = FORM.matcher(value.trim());
        if (!form.matches() || !form.group(1).equals(key(hash))) {
            return Optional.empty();
        }
        try {
            Base64.Decoder base64 = Base64.getDecoder();
            byte[] storedKey = base64.decode(form.group(4));
            byte[] serverKey = base64.decode(form.group(5));
            if (storedKey.length != hash.length() || serverKey.length != hash.length()) {
                return Optional.empty();
            }
            return Optional.of(new ScramCredentials(
                    hash, base64.decode(form.group(3)), Integer.parseInt(form.group(2)), storedKey, serverKey));
        } catch (IllegalArgumentException e) { // not base64, or fewer iterations than are safe
            return Optional.empty();
        }
    }
}
