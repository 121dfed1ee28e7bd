package im.restante.internal.shell.portable;

import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.account.Setting;
import im.restante.internal.support.Digests;
import im.restante.internal.support.Lexical;
import im.restante.migration.ForeignAccount;
import im.restante.migration.ForeignAccount.Credential;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What of an account's credentials at another server lets its owner log in here with the same password.
 *
 * @param password the password itself; null if it is not known, and the settings count
 * @param settings SCRAM credentials in the form an account keeps
 */
record ForeignCredentials(String password, List<Setting> settings) {
    private static final Pattern SCRAM = Pattern.compile("SCRAM-SHA-?([0-9]{1,3})");
    /** A server that was told to keep MD5 sums writes them where passwords stand. */
    private static final Pattern MD5 = Pattern.compile("[0-9a-fA-F]{32}");

    /** @throws IllegalArgumentException if there is nothing that can be used; names the mechanisms, never a value */
    static ForeignCredentials of(ForeignAccount account) {
        if (!account.active()) {
            throw new IllegalArgumentException("it may not log in there");
        }
        List<Setting> settings = new ArrayList<>();
        TreeSet<String> refused = new TreeSet<>();
        for (Credential credential : account.credentials()) {
            try {
                if (credential.mechanism().equals("PLAIN")) {
                    return new ForeignCredentials(plain(credential.value()), List.of());
                }
                settings.add(scram(credential.mechanism(), credential.value()));
            } catch (IllegalArgumentException e) {
                refused.add(credential.mechanism() + " (" + e.getMessage() + ")");
            }
        }
        if (settings.isEmpty()) {
            throw new IllegalArgumentException(
                    refused.isEmpty() ? "it has no password there" : "its password there cannot be used: " + refused);
        }
        return new ForeignCredentials(null, List.copyOf(settings));
    }

    private static String plain(String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("it is empty");
        }
        if (MD5.matcher(value).matches()) {
            throw new IllegalArgumentException("it looks like an MD5 sum");
        }
        return value;
    }

    private static Setting scram(String mechanism, String value) {
        ScramHash hash = hash(mechanism);
        Map<String, String> parts = new HashMap<>();
        for (String part : value.split(",")) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                parts.put(
                        part.substring(0, equals).strip(),
                        part.substring(equals + 1).strip());
            }
        }
        byte[] salt = bytes(parts, "s");
        int iterations = (int) Lexical.unsigned(parts.getOrDefault("i", ""), PortableScram.MOST_ITERATIONS);
        if (iterations < 0) {
            throw new IllegalArgumentException("without a count of iterations up to " + PortableScram.MOST_ITERATIONS);
        }
        byte[] storedKey;
        byte[] serverKey;
        if (parts.containsKey("p")) { // RFC 5802 §3
            byte[] salted = key(parts, "p", hash);
            storedKey = Digests.digest(hash.digest(), Digests.hmac(hash.mac(), salted, "Client Key"));
            serverKey = Digests.hmac(hash.mac(), salted, "Server Key");
        } else {
            storedKey = key(parts, "t", hash);
            serverKey = key(parts, "e", hash);
        }
        ScramCredentials checked = new ScramCredentials(hash, salt, iterations, storedKey, serverKey);
        Base64.Encoder base64 = Base64.getEncoder();
        return PortableScram.setting(
                "SCRAM-" + hash.digest(),
                checked.iterations(),
                base64.encodeToString(salt),
                base64.encodeToString(storedKey),
                base64.encodeToString(serverKey));
    }

    private static ScramHash hash(String mechanism) {
        Matcher known = SCRAM.matcher(mechanism);
        if (known.matches()) {
            for (ScramHash hash : ScramHash.values()) {
                if (hash.digest().equals("SHA-" + known.group(1))) {
                    return hash;
                }
            }
        }
        throw new IllegalArgumentException("not known here");
    }

    private static byte[] key(Map<String, String> parts, String name, ScramHash hash) {
        byte[] key = bytes(parts, name);
        if (key.length != hash.length()) {
            throw new IllegalArgumentException(name + "= has " + key.length + " bytes instead of " + hash.length());
        }
        return key;
    }

    private static byte[] bytes(Map<String, String> parts, String name) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(parts.getOrDefault(name, ""));
        } catch (IllegalArgumentException e) { // its text may show a part
            throw new IllegalArgumentException(name + "= is not base64", e);
        }
        if (bytes.length == 0) {
            throw new IllegalArgumentException("without " + name + "=");
        }
        return bytes;
    }

    /** Never a value. */
    @Override
    public String toString() {
        return password == null ? settings.size() + " of SCRAM" : "a password";
    }
}
