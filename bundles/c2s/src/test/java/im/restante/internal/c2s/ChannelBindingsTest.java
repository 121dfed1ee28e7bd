package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.jid.Jid;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import javax.net.ssl.ExtendedSSLSession;
import org.junit.jupiter.api.Test;

class ChannelBindingsTest {
    static final boolean EXPORTER_HERE = Arrays.stream(ExtendedSSLSession.class.getMethods())
            .anyMatch(method -> method.getName().equals("exportKeyingMaterialData"));

    @Test
    void theEndPointIsTheHashOfTheCertificate() throws Exception {
        Identity identity = SelfSigned.create(Jid.of("localhost"), Instant.now());
        byte[] expected = MessageDigest.getInstance("SHA-256")
                .digest(identity.certificate().getEncoded());
        assertEquals(
                Arrays.toString(expected), Arrays.toString(ChannelBindings.serverEndPoint(identity.certificate())));
    }
}
