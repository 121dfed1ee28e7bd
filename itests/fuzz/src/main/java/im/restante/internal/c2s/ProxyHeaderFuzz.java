package im.restante.internal.c2s;

import im.restante.itests.fuzz.Demand;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;

/** What a balancer says before its client's first byte. Not one byte behind it is read. */
public final class ProxyHeaderFuzz {
    private static final int HEAD = 16;

    private ProxyHeaderFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        ByteArrayInputStream in = new ByteArrayInputStream(input);
        try {
            InetSocketAddress client = ProxyHeader.read(in);
            Demand.that(client == null || !client.isUnresolved(), "an address without an address");
            int length = (input[14] & 0xff) << 8 | input[15] & 0xff;
            Demand.that(in.available() == input.length - HEAD - length, "it reads what stands behind the header");
        } catch (IOException e) {
            Demand.that(e.getMessage() != null, "a refusal without a reason");
        }
    }
}
