package im.restante.internal.accounts;

import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.account.Setting;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How credentials are kept: node {@link #NODE}, one value for each hash under the mechanism's name, in the form of RFC 5803:
 * {@code SCRAM-SHA-256$10000:salt$storedKey:serverKey}, the binary parts in base64. Those of the password's other form, if it has one,
 * stand beside it in the same form.
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

    /** The key under which those of the other form are kept. */
    static String otherKey(ScramHash hash) {
        return key(hash) + ".unprepared";
    }

    /** Two values; the second is null if there is one form only, so that none is left of an earlier password. */
    static List<Setting> toSettings(ScramCredentials credentials) {
        ScramCredentials other = credentials.other();
        return List.of(
                new Setting(NODE, key(credentials.hash()), text(credentials)),
                new Setting(NODE, otherKey(credentials.hash()), other == null ? null : text(other)));
    }

    private static String text(ScramCredentials credentials) {
        Base64.Encoder base64 = Base64.getEncoder();
        return key(credentials.hash())
                + '$'
                + credentials.iterations()
                + ':'
                + base64.encodeToString(credentials.salt())
                + '$'
                + base64.encodeToString(credentials.storedKey())
                + ':'
                + base64.encodeToString(credentials.serverKey());
    }

    /**
     * Those of a hash among all values of the node; empty if there are none, or none that can be read. The second form counts only if
     * it has the salt of the first: another program may have set another password since.
     */
    static Optional<ScramCredentials> of(ScramHash hash, Map<String, String> values) {
        return parse(hash, values.get(key(hash)))
                .map(main -> parse(hash, values.get(otherKey(hash)))
                        .filter(other ->
                                other.iterations() == main.iterations() && Arrays.equals(other.salt(), main.salt()))
                        .map(other -> new ScramCredentials(
                                hash, main.salt(), main.iterations(), main.storedKey(), main.serverKey(), other))
                        .orElse(main));
    }

    private static Optional<ScramCredentials> parse(ScramHash hash, String value) {
        if (value == null) {
            return Optional.empty();
        }
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
