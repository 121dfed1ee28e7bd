package im.restante.internal.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.RSAKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.util.io.pem.PemObject;

/** Private keys in the forms PKCS#8, PKCS#1 and SEC 1: those with which clients can do a handshake. */
final class KeyForms {
    /** Below that many bits the clients of today refuse the certificate, whatever we say. */
    private static final int FEWEST_RSA_BITS = 2_048;

    private static final String RIGHT = "; make one of RSA with " + FEWEST_RSA_BITS
            + " bits or more, of EC on P-256, P-384 or P-521, or of Ed25519";

    /** By object identifier: the JVM's name. */
    private static final Map<String, String> ALGORITHMS = Map.of(
            "1.2.840.113549.1.1.1", "RSA",
            "1.2.840.10045.2.1", "EC",
            "1.3.101.112", "EdDSA",
            "1.3.101.113", "EdDSA");

    private static final Map<String, String> OTHER_ALGORITHMS = Map.of(
            "1.2.840.113549.1.1.10", "RSA-PSS, which few clients take",
            "1.2.840.10040.4.1", "DSA, which TLS has given up");

    private static final Map<String, String> CURVES =
            Map.of("1.2.840.10045.3.1.7", "P-256", "1.3.132.0.34", "P-384", "1.3.132.0.35", "P-521");

    private static final Map<String, String> OTHER_CURVES = Map.of("1.3.132.0.10", "secp256k1");

    private KeyForms() {}

    /** @throws IOException naming what is wrong with it and what would be right; never quotes it */
    static PrivateKey read(Path file, PemObject object) throws IOException {
        try {
            PrivateKeyInfo info = switch (object.getType()) {
                case "PRIVATE KEY" -> PrivateKeyInfo.getInstance(object.getContent());
                case "RSA PRIVATE KEY" ->
                    new PrivateKeyInfo(
                            new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                            RSAPrivateKey.getInstance(object.getContent()));
                case "EC PRIVATE KEY" -> sec1(ECPrivateKey.getInstance(object.getContent()));
                default ->
                    throw new IOException(
                            file + " holds a key of the kind " + object.getType() + "; it must be an unencrypted one");
            };
            if (!object.getHeaders().isEmpty()) {
                throw new IOException(file + " holds an encrypted key; it must be an unencrypted one");
            }
            String algorithm = algorithm(file, info.getPrivateKeyAlgorithm());
            PrivateKey key =
                    KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
            if (key instanceof RSAKey rsa && rsa.getModulus().bitLength() < FEWEST_RSA_BITS) {
                throw new IOException(file + " holds a key of RSA with only "
                        + rsa.getModulus().bitLength() + " bits, which clients refuse" + RIGHT);
            }
            return key;
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new IOException(file + " holds a broken key", e);
        }
    }

    private static String algorithm(Path file, AlgorithmIdentifier identifier) throws IOException {
        String oid = identifier.getAlgorithm().getId();
        String algorithm = ALGORITHMS.get(oid);
        if (algorithm == null) {
            throw new IOException(
                    file + " holds a key of " + OTHER_ALGORITHMS.getOrDefault(oid, "the kind " + oid) + RIGHT);
        }
        if (algorithm.equals("EC")) {
            if (!(identifier.getParameters() instanceof ASN1ObjectIdentifier curve)) {
                throw new IOException(file + " holds a key of EC that does not name its curve" + RIGHT);
            }
            if (!CURVES.containsKey(curve.getId())) {
                throw new IOException(file + " holds a key of EC on the curve "
                        + OTHER_CURVES.getOrDefault(curve.getId(), curve.getId()) + ", which clients do not take"
                        + RIGHT);
            }
        }
        return algorithm;
    }

    private static PrivateKeyInfo sec1(ECPrivateKey key) throws IOException {
        return new PrivateKeyInfo(
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject()), key);
    }
}
