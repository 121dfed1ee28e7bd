package im.restante.internal.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/**
 * Certificates and keys as people keep them: PEM (RFC 7468), the key as PKCS#8, PKCS#1 or SEC 1, in one file with the certificates
 * or in its own.
 */
final class PemFiles {
    /** The byte-order mark of UTF-8, read as Latin-1. */
    private static final String UTF8_MARK = "\u00ef\u00bb\u00bf";

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
            throw new IOException(certificate + " holds no certificate" + butHolds(certificate));
        }
        PrivateKey key = null;
        for (PemObject object : objects(privateKey)) {
            if (key == null && object.getType().endsWith("PRIVATE KEY")) {
                key = KeyForms.read(privateKey, object);
            }
        }
        if (key == null) {
            throw new IOException(privateKey + " holds no private key" + butHolds(privateKey));
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

    private static String butHolds(Path file) throws IOException {
        String types = objects(file).stream().map(PemObject::getType).distinct().collect(Collectors.joining(", "));
        return types.isEmpty() ? ": there is no line -----BEGIN … in it" : " but " + types;
    }

    private static List<PemObject> objects(Path file) throws IOException {
        List<PemObject> objects = new ArrayList<>();
        try (PemReader reader = new PemReader(new StringReader(text(file)))) {
            for (PemObject object = reader.readPemObject(); object != null; object = reader.readPemObject()) {
                objects.add(object);
            }
        } catch (RuntimeException e) { // what the reader throws for bad base64
            throw new IOException(file + " is not a PEM file", e);
        }
        return objects;
    }

    /** What stands between the objects may be in any encoding: nobody reads it. A byte-order mark is left out. */
    private static String text(Path file) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException(file + " does not exist", e);
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (text.startsWith("0") && !text.contains("-----BEGIN")) { // a sequence of ASN.1
            throw new IOException(
                    file + " is binary (DER, or PKCS#12); it must be PEM, a text that begins with -----BEGIN."
                            + " Convert it: openssl x509 -inform DER for a certificate, openssl pkey -inform DER for a key,"
                            + " openssl pkcs12 -nodes for a .p12 or .pfx");
        }
        if (text.startsWith("\u00ff\u00fe") || text.startsWith("\u00fe\u00ff")) {
            throw new IOException(file + " is in UTF-16; save it as UTF-8 or ASCII");
        }
        return text.startsWith(UTF8_MARK) ? text.substring(UTF8_MARK.length()) : text;
    }

    /**
     * Puts aside what is there under these names, each with the same number behind its own, so that it can be put back.
     *
     * @return the certificate's new place; empty if there was nothing
     */
    static Optional<Path> putAside(Path certificate, Path privateKey) throws IOException {
        if (!Files.exists(certificate) && !Files.exists(privateKey)) {
            return Optional.empty();
        }
        int number = 1;
        while (Files.exists(numbered(certificate, number)) || Files.exists(numbered(privateKey, number))) {
            number++;
        }
        for (Path file : List.of(certificate, privateKey)) {
            if (Files.exists(file)) {
                Files.move(file, numbered(file, number), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        return Optional.of(numbered(certificate, number));
    }

    private static Path numbered(Path file, int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    private static X509Certificate certificate(Path file, byte[] der) throws IOException {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " holds a broken certificate", e);
        }
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
