package im.restante.internal.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.internal.support.Digests;
import im.restante.internal.support.Lexical;
import im.restante.sasl.SaslFailure;
import im.restante.sasl.SaslFailure.Condition;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

/**
 * The server's side of one SCRAM exchange (RFC 5802, RFC 7677). Computes and remembers; knows no stream and no account. Used once:
 * {@link #clientFirst}, {@link #challenge}, {@link #clientFinal}.
 */
final class ScramExchange {
    private final ScramHash hash;
    private final boolean plus;
    private final boolean plusOffered;
    private final Map<String, byte[]> bindings;
    private final String serverNonce;

    private byte[] expectedBinding;
    private String nonce;
    private String clientFirstBare;
    private String serverFirst;
    private ScramCredentials credentials;
    private String username;
    private String authzid;

    /**
     * @param plus        whether the mechanism named by the client binds to the channel
     * @param plusOffered whether such mechanisms were offered on this stream
     * @param bindings    data of the channel by type (RFC 5056)
     * @param serverNonce printable ASCII without comma
     */
    ScramExchange(ScramHash hash, boolean plus, boolean plusOffered, Map<String, byte[]> bindings, String serverNonce) {
        this.hash = hash;
        this.plus = plus;
        this.plusOffered = plusOffered;
        this.bindings = bindings;
        this.serverNonce = serverNonce;
    }

    /** Reads the client's first message. Afterwards {@link #username} and {@link #authzid} are known. */
    void clientFirst(byte[] message) throws SaslFailure {
        String text = text(message);
        int flagEnd = text.indexOf(',');
        int headerEnd = flagEnd < 0 ? -1 : text.indexOf(',', flagEnd + 1);
        if (headerEnd < 0) {
            throw malformed("no gs2 header");
        }
        String flag = text.substring(0, flagEnd);
        String header = text.substring(0, headerEnd + 1);
        expectedBinding = binding(flag, header.getBytes(UTF_8));
        String named = text.substring(flagEnd + 1, headerEnd);
        if (!named.isEmpty()) {
            authzid = name(value(named, 'a'));
        }
        clientFirstBare = text.substring(headerEnd + 1);
        String[] parts = clientFirstBare.split(",", -1);
        if (parts.length < 2) {
            throw malformed("no nonce"); // also RFC 5802 §5.1: an 'm' here is an extension that must be understood
        }
        username = name(value(parts[0], 'n'));
        String clientNonce = value(parts[1], 'r');
        if (clientNonce.isEmpty() || !clientNonce.chars().allMatch(c -> c > ' ' && c <= '~')) {
            throw malformed("bad nonce");
        }
        nonce = clientNonce + serverNonce;
    }

    /** As the client wrote it; not yet prepared. */
    String username() {
        return username;
    }

    /** Whom the client wants to act as; null if it did not say. */
    String authzid() {
        return authzid;
    }

    /** The server's first message. */
    byte[] challenge(ScramCredentials found) {
        credentials = found;
        serverFirst =
                "r=" + nonce + ",s=" + Base64.getEncoder().encodeToString(found.salt()) + ",i=" + found.iterations();
        return serverFirst.getBytes(UTF_8);
    }

    /** Checks the proof. @return the server's final message; null if password, channel or nonce is wrong */
    byte[] clientFinal(byte[] message) throws SaslFailure {
        String text = text(message);
        int proofAt = text.lastIndexOf(",p=");
        if (proofAt < 0) {
            throw malformed("no proof");
        }
        String withoutProof = text.substring(0, proofAt);
        byte[] proof = base64(text.substring(proofAt + 3));
        String[] parts = withoutProof.split(",", -1);
        if (parts.length < 2) {
            throw malformed("no nonce");
        }
        byte[] bound = base64(value(parts[0], 'c'));
        String echoed = value(parts[1], 'r');
        String authMessage = clientFirstBare + ',' + serverFirst + ',' + withoutProof;
        ScramCredentials second =
                credentials.other() == null ? credentials : credentials.other(); // always the same work
        boolean first = isProof(proof, credentials, authMessage);
        boolean right = isProof(proof, second, authMessage) | first;
        right &= MessageDigest.isEqual(bound, expectedBinding);
        right &= echoed.equals(nonce);
        if (!right) {
            return null;
        }
        byte[] serverKey = (first ? credentials : second).serverKey();
        String signature = Base64.getEncoder().encodeToString(Digests.hmac(hash.mac(), serverKey, authMessage));
        return ("v=" + signature).getBytes(UTF_8);
    }

    private boolean isProof(byte[] proof, ScramCredentials keys, String authMessage) {
        byte[] key = Digests.hmac(hash.mac(), keys.storedKey(), authMessage);
        for (int i = 0; i < key.length && proof.length == key.length; i++) {
            key[i] ^= proof[i];
        }
        return proof.length == key.length
                && MessageDigest.isEqual(Digests.digest(hash.digest(), key), keys.storedKey());
    }

    /** RFC 5802 §6: what the client must repeat in its final message, so that nobody in between took the PLUS away. */
    private byte[] binding(String flag, byte[] header) throws SaslFailure {
        if (flag.startsWith("p=")) {
            byte[] data = bindings.get(flag.substring(2));
            if (!plus) {
                throw malformed("channel binding with a mechanism that has none");
            }
            if (data == null) {
                throw new SaslFailure(Condition.NOT_AUTHORIZED, "channel binding of a type that was not offered");
            }
            byte[] both = Arrays.copyOf(header, header.length + data.length);
            System.arraycopy(data, 0, both, header.length, data.length);
            return both;
        }
        if (plus || !flag.equals("n") && !flag.equals("y")) {
            throw malformed("bad gs2 flag");
        }
        if (flag.equals("y") && plusOffered) {
            throw new SaslFailure(Condition.NOT_AUTHORIZED, "client did not see the -PLUS mechanisms: downgraded");
        }
        return header;
    }

    /** The value of {@code x=value}. */
    private static String value(String part, char name) throws SaslFailure {
        if (part.length() < 2 || part.charAt(0) != name || part.charAt(1) != '=') {
            throw malformed("expected attribute " + name);
        }
        return part.substring(2);
    }

    /** RFC 5802 §5.1, saslname: comma and equals sign are written {@code =2C} and {@code =3D}. */
    private static String name(String written) throws SaslFailure {
        StringBuilder name = new StringBuilder(written.length());
        for (int i = 0; i < written.length(); i++) {
            char c = written.charAt(i);
            if (c != '=') {
                name.append(c);
            } else if (written.startsWith("=2C", i)) {
                name.append(',');
                i += 2;
            } else if (written.startsWith("=3D", i)) {
                name.append('=');
                i += 2;
            } else {
                throw malformed("bad escape in a name");
            }
        }
        if (name.isEmpty()) {
            throw malformed("empty name");
        }
        return name.toString();
    }

    private static byte[] base64(String text) throws SaslFailure {
        try {
            return Lexical.base64(text);
        } catch (IllegalArgumentException e) {
            throw malformed("not base64");
        }
    }

    static String text(byte[] utf8) throws SaslFailure {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
        } catch (CharacterCodingException e) {
            throw malformed("not UTF-8");
        }
    }

    private static SaslFailure malformed(String why) {
        return new SaslFailure(Condition.MALFORMED_REQUEST, why);
    }
}
