package im.restante.account;

/** Hash functions of the SCRAM family that the server offers (RFC 5802, RFC 7677). */
public enum ScramHash {
    SHA_1("SHA-1", 20),
    SHA_256("SHA-256", 32);

    private final String digest;
    private final int length;

    ScramHash(String digest, int length) {
        this.digest = digest;
        this.length = length;
    }

    /** The JDK's name of the digest, also the end of the mechanism's name: {@code SCRAM-SHA-256}. */
    public String digest() {
        return digest;
    }

    /** Bytes of a digest. */
    public int length() {
        return length;
    }

    /** The JDK's name of the MAC. */
    public String mac() {
        return "Hmac" + digest.replace("-", "");
    }
}
