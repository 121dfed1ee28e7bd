package im.restante.internal.c2s;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.spec.PSSParameterSpec;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLSession;

/** What ties a login to one TLS connection: the data of the channel binding types this JVM can compute. */
final class ChannelBindings {
    /** RFC 5929 §4. */
    static final String SERVER_END_POINT = "tls-server-end-point";

    /** RFC 9266. */
    static final String EXPORTER = "tls-exporter";

    private static final Method EXPORT = export();

    private ChannelBindings() {}

    /** Data by type, the best type first. Empty if none is possible. */
    static Map<String, byte[]> of(SSLSession session) {
        Map<String, byte[]> bindings = new LinkedHashMap<>();
        byte[] exported = exporter(session);
        if (exported != null) {
            bindings.put(EXPORTER, exported);
        }
        if (session.getLocalCertificates() != null
                && session.getLocalCertificates()[0] instanceof X509Certificate certificate) {
            byte[] endPoint = serverEndPoint(certificate);
            if (endPoint != null) {
                bindings.put(SERVER_END_POINT, endPoint);
            }
        }
        return bindings;
    }

    /** The hash of the certificate, by the hash of its signature; null where RFC 5929 §4.1 defines none (EdDSA). */
    static byte[] serverEndPoint(X509Certificate certificate) {
        String hash = hash(certificate);
        if (hash == null) {
            return null;
        }
        try {
            return MessageDigest.getInstance(hash).digest(certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    private static String hash(X509Certificate certificate) {
        String algorithm = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        if (algorithm.equals("RSASSA-PSS")) {
            return pssHash(certificate);
        }
        int with = algorithm.indexOf("WITH");
        if (with < 0) {
            return null;
        }
        String hash = algorithm.substring(0, with);
        return switch (hash) {
            case "MD5", "SHA1" -> "SHA-256";
            case "SHA224", "SHA256", "SHA384", "SHA512" -> "SHA-" + hash.substring(3);
            default -> null;
        };
    }

    private static String pssHash(X509Certificate certificate) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
            parameters.init(certificate.getSigAlgParams());
            return parameters.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm();
        } catch (GeneralSecurityException | IOException e) {
            return null;
        }
    }

    /** Only TLS 1.3: before it the exporter is not unique without the extended master secret (RFC 9266 §3). */
    private static byte[] exporter(SSLSession session) {
        if (EXPORT == null || !(session instanceof ExtendedSSLSession) || !"TLSv1.3".equals(session.getProtocol())) {
            return null;
        }
        try {
            return (byte[]) EXPORT.invoke(session, "EXPORTER-Channel-Binding", new byte[0], 32);
        } catch (IllegalAccessException | InvocationTargetException e) {
            return null;
        }
    }

    /** Looked up, since the code is compiled for Java 17 and the method came with 25. */
    private static Method export() {
        try {
            return ExtendedSSLSession.class.getMethod(
                    "exportKeyingMaterialData", String.class, byte[].class, int.class);
        } catch (NoSuchMethodException e) {
            return null;
        }
    }
}
