package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.internal.tls.PemCertificates;
import im.restante.jid.Jid;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.ExtendedSSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChannelBindingsTest {
    static final boolean EXPORTER_HERE = Arrays.stream(ExtendedSSLSession.class.getMethods())
            .anyMatch(method -> method.getName().equals("exportKeyingMaterialData"));

    @TempDir
    Path home;

    @Test
    void theEndPointIsTheHashOfTheCertificate() throws Exception {
        new PemCertificates(home).own(Jid.of("localhost")).context();
        X509Certificate certificate;
        try (InputStream pem = Files.newInputStream(home.resolve("data/certificate.pem"))) {
            certificate =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem);
        }
        byte[] expected = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        assertEquals(Arrays.toString(expected), Arrays.toString(ChannelBindings.serverEndPoint(certificate)));
    }
}
