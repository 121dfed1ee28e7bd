package im.restante.internal.c2s;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/**
 * Certificates and keys as people keep them: PEM (RFC 7468), the key as PKCS#8, PKCS#1 or SEC 1, in one file with the certificates
 * or in its own.
 */
final class PemFiles {
    private PemFiles() {}

    /**
     * @throws IOException if a file cannot be read or does not hold what it must; the message names the file and never quotes it
     */
    static Identity read(Path certificate, Path privateKey) throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        for (PemObject object : objects(certificate)) {
            if (object.getType().equals("CERTIFICATE") || object.getType().equals("X509 CERTIFICATE")) {
                chain.add(certificate(certificate, object.getContent()));
            }
        }
        if (chain.isEmpty()) {
            throw new IOException(certificate + " holds no certificate");
        }
        PrivateKey key = null;
        for (PemObject object : objects(privateKey)) {
            if (key == null && object.getType().endsWith("PRIVATE KEY")) {
                key = key(privateKey, object);
            }
        }
        if (key == null) {
            throw new IOException(privateKey + " holds no private key");
        }
        Identity identity = new Identity(key, chain);
        if (!identity.matches()) {
            throw new IOException(
                    "the key in " + privateKey + " does not belong to the first certificate in " + certificate);
        }
        return identity;
    }

    /** Writes both, the key readable only for its owner. Each file is replaced in one step. */
    static void write(Identity identity, Path certificate, Path privateKey) throws IOException {
        try {
            replace(privateKey, pem("PRIVATE KEY", identity.key().getEncoded()), true);
            replace(certificate, pem("CERTIFICATE", identity.certificate().getEncoded()), false);
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot encode the certificate", e);
        }
    }

    private static List<PemObject> objects(Path file) throws IOException {
        List<PemObject> objects = new ArrayList<>();
        try (BufferedReader text = Files.newBufferedReader(file);
                PemReader reader = new PemReader(text)) {
            for (PemObject object = reader.readPemObject(); object != null; object = reader.readPemObject()) {
                objects.add(object);
            }
        } catch (NoSuchFileException e) {
            throw new IOException(file + " does not exist", e);
        } catch (RuntimeException e) { // what the reader throws for bad base64
            throw new IOException(file + " is not a PEM file", e);
        }
        return objects;
    }

    private static X509Certificate certificate(Path file, byte[] der) throws IOException {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " holds a broken certificate", e);
        }
    }

    private static PrivateKey key(Path file, PemObject object) throws IOException {
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
            String oid = info.getPrivateKeyAlgorithm().getAlgorithm().getId();
            String algorithm = switch (oid) {
                case "1.2.840.113549.1.1.1" -> "RSA";
                case "1.2.840.10045.2.1" -> "EC";
                default -> "EdDSA";
            };
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new IOException(file + " holds a broken key", e);
        }
    }

    private static PrivateKeyInfo sec1(ECPrivateKey key) throws IOException {
        return new PrivateKeyInfo(
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject()), key);
    }

    private static String pem(String type, byte[] der) throws IOException {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(type, der));
        }
        return text.toString();
    }

    private static void replace(Path file, String text, boolean secret) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        boolean posix = Files.getFileStore(file.toAbsolutePath().getParent()).supportsFileAttributeView("posix");
        FileAttribute<?>[] attributes = secret && posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        try {
            Files.createFile(fresh, attributes);
        } catch (FileAlreadyExistsException e) {
            throw new IOException("somebody else writes " + fresh, e);
        }
        Files.writeString(fresh, text, StandardOpenOption.WRITE);
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
