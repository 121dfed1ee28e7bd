package im.restante.internal.http;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A private key and its certificates in PEM files (RFC 7468): the key in the form of PKCS#8, PKCS#1 or SEC 1, unencrypted. */
final class Pem {
    private static final Pattern OBJECT =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    /** Of SEC 1: which curve it is. */
    private static final int PARAMETERS = 0xa0;

    private static final byte[] VERSION_0 = {2, 1, 0};
    private static final byte[] RSA = {6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0};
    private static final byte[] EC = {6, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

    /** @param chain the key's own certificate first */
    record Identity(PrivateKey key, List<X509Certificate> chain) {}

    private record Part(String type, byte[] der) {}

    private Pem() {}

    /** @throws IOException if a file cannot be read or does not hold what it must; the message names it and never quotes it */
    static Identity read(Path certificate, Path privateKey) throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        for (Part part : parts(certificate)) {
            if (part.type.endsWith("CERTIFICATE")) {
                chain.add(certificate(certificate, part.der));
            }
        }
        if (chain.isEmpty()) {
            throw new IOException(certificate + " holds no certificate in PEM");
        }
        PrivateKey key = null;
        for (Part part : parts(privateKey)) {
            if (key == null && part.type.endsWith("PRIVATE KEY")) {
                key = key(privateKey, part);
            }
        }
        if (key == null) {
            throw new IOException(privateKey + " holds no private key in PEM");
        }
        if (!belongTogether(key, chain.get(0))) {
            throw new IOException(
                    "the key in " + privateKey + " does not belong to the first certificate in " + certificate);
        }
        return new Identity(key, List.copyOf(chain));
    }

    private static List<Part> parts(Path file) throws IOException {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new IOException(file + " does not exist", e);
        }
        List<Part> parts = new ArrayList<>();
        Matcher matcher = OBJECT.matcher(text);
        while (matcher.find()) {
            if (matcher.group(2).contains(":")) {
                throw new IOException(file + " holds an encrypted key; it must be an unencrypted one");
            }
            try {
                parts.add(new Part(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
            } catch (IllegalArgumentException e) {
                throw new IOException(file + " is not a PEM file", e);
            }
        }
        return parts;
    }

    private static X509Certificate certificate(Path file, byte[] der) throws IOException {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " holds a broken certificate", e);
        }
    }

    private static PrivateKey key(Path file, Part part) throws IOException {
        byte[] pkcs8 = switch (part.type) {
            case "PRIVATE KEY" -> part.der;
            case "RSA PRIVATE KEY" -> pkcs8(RSA, part.der);
            case "EC PRIVATE KEY" -> pkcs8(join(EC, curve(file, part.der)), part.der);
            default ->
                throw new IOException(
                        file + " holds a key of the kind " + part.type + "; it must be an unencrypted one");
        };
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException e) {
                continue; // of another kind
            }
        }
        throw new IOException(file + " holds a broken key, or one that is not of RSA, EC or Ed25519");
    }

    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return der(SEQUENCE, join(VERSION_0, der(SEQUENCE, algorithm), der(OCTETS, key)));
    }

    /** The object identifier in the optional field {@code parameters} (RFC 5915 §3), as it stands there. */
    private static byte[] curve(Path file, byte[] sec1) throws IOException {
        try {
            ByteBuffer fields = value(ByteBuffer.wrap(sec1));
            while (fields.hasRemaining()) {
                int tag = fields.get(fields.position()) & 0xff;
                ByteBuffer value = value(fields);
                if (tag == PARAMETERS) {
                    byte[] oid = new byte[value.remaining()];
                    value.get(oid);
                    return oid;
                }
            }
        } catch (RuntimeException e) {
            throw new IOException(file + " holds a broken key", e);
        }
        throw new IOException(file + " holds a key of EC that does not name its curve");
    }

    /** Of the next element; what stands behind it comes next. */
    private static ByteBuffer value(ByteBuffer in) {
        in.get();
        int length = in.get() & 0xff;
        if (length >= 0x80) {
            int bytes = length & 0x7f;
            length = 0;
            for (int i = 0; i < bytes; i++) {
                length = length << 8 | in.get() & 0xff;
            }
        }
        ByteBuffer value = in.slice().limit(length);
        in.position(in.position() + length);
        return value;
    }

    private static byte[] der(int tag, byte[] value) {
        byte[] length;
        if (value.length < 0x80) {
            length = new byte[] {(byte) value.length};
        } else if (value.length < 0x100) {
            length = new byte[] {(byte) 0x81, (byte) value.length};
        } else {
            length = new byte[] {(byte) 0x82, (byte) (value.length >> 8), (byte) value.length};
        }
        return join(new byte[] {(byte) tag}, length, value);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static boolean belongTogether(PrivateKey key, X509Certificate certificate) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        try {
            byte[] sample = "sample".getBytes(StandardCharsets.US_ASCII);
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(sample);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(sample);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
