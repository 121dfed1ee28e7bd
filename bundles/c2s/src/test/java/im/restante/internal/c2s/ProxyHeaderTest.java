package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PROXY protocol, version 2. */
class ProxyHeaderTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String IPV4 = "c0000207" + "c0000201" + "9c40" + "1466";
    private static final String IPV6 =
            "20010db8000000000000000000000007" + "20010db8000000000000000000000001" + "9c40" + "1466";

    private ByteArrayInputStream in;

    private InetSocketAddress read(String hex) throws IOException {
        in = new ByteArrayInputStream(HexFormat.of().parseHex(hex));
        return ProxyHeader.read(in);
    }

    @Test
    void tellsAClientOnIpv4() throws IOException {
        InetSocketAddress client = read(SIGNATURE + "2111" + "000c" + IPV4);
        assertEquals("192.0.2.7", client.getAddress().getHostAddress());
        assertEquals(40_000, client.getPort());
    }

    @Test
    void tellsAClientOnIpv6() throws IOException {
        InetSocketAddress client = read(SIGNATURE + "2121" + "0024" + IPV6);
        assertEquals("2001:db8:0:0:0:0:0:7", client.getAddress().getHostAddress());
        assertEquals(40_000, client.getPort());
    }

    @Test
    void leavesWhatComesBehind() throws IOException {
        read(SIGNATURE + "2111" + "0013" + IPV4 + "04000400000000" + "3c3f");
        assertEquals('<', in.read());
        assertEquals('?', in.read());
        assertEquals(-1, in.read());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "the proxy's own connection, 20000000",
        "its own with an address, 2011000cc0000207c00002019c401466",
        "a client it does not know, 21000000",
        "one it does not know with additions, 2100000304000 0",
    })
    void namesNobody(String what, String rest) throws IOException {
        assertNull(read(SIGNATURE + rest.replace(" ", "")));
        assertEquals(-1, in.read());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "another signature, 0d0a0d0a000d0a515549540b2111000c, version 2",
        "version 1, 50524f585920544350342031302e302e302e, version 2",
        "a stream, 3c3f786d6c2076657273696f6e3d27312e30273f3e, version 2",
        "version 1 in the second form, 0d0a0d0a000d0a515549540a1111000c, version",
        "an unknown command, 0d0a0d0a000d0a515549540a22110000, command",
        "UDP, 0d0a0d0a000d0a515549540a2112000cc0000207c00002019c401466, TCP",
        "a unix socket, 0d0a0d0a000d0a515549540a21310000, TCP",
        "too short for IPv4, 0d0a0d0a000d0a515549540a2111000bc0000207c00002019c4014, short",
        "IPv4 where IPv6 is said, 0d0a0d0a000d0a515549540a2121000cc0000207c00002019c401466, short",
        "too long, 0d0a0d0a000d0a515549540a21111001, 4097",
        "longest, 0d0a0d0a000d0a515549540a2111ffff, 65535",
    })
    void isRefused(String what, String hex, String why) {
        ProtocolException problem = assertThrows(ProtocolException.class, () -> read(hex));
        assertTrue(problem.getMessage().contains(why), problem.getMessage());
    }

    @Test
    void anEndWithinItIsNoHeader() {
        String whole = SIGNATURE + "2111" + "000c" + IPV4;
        for (int bytes = 0; bytes < whole.length() / 2; bytes++) {
            String part = whole.substring(0, 2 * bytes);
            assertThrows(EOFException.class, () -> read(part));
        }
    }
}
