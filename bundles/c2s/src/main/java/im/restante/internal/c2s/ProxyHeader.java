package im.restante.internal.c2s;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** What a balancer says before its client's first byte: the PROXY protocol, version 2 (§2.2 of its specification). */
final class ProxyHeader {
    /** Addresses and additions together; what proxies are known to say takes a tenth of it. */
    static final int MOST_BYTES = 4_096;

    private static final byte[] SIGNATURE = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};
    private static final int VERSION = 0x20;
    private static final int LOCAL = 0;
    private static final int PROXY = 1;
    private static final int UNSPECIFIED = 0x00;
    private static final int TCP_OVER_IPV4 = 0x11;
    private static final int TCP_OVER_IPV6 = 0x21;

    private ProxyHeader() {}

    /**
     * Reads the header and not one byte more.
     *
     * @return the client's address; null for a connection of the proxy's own, or of whom it does not know
     * @throws ProtocolException if that is no such header; its message says why
     */
    static InetSocketAddress read(InputStream in) throws IOException {
        byte[] signature = exactly(in, SIGNATURE.length);
        if (!Arrays.equals(signature, SIGNATURE)) {
            throw new ProtocolException("it does not begin with a header of the PROXY protocol, version 2");
        }
        ByteBuffer head = ByteBuffer.wrap(exactly(in, 4));
        int command = head.get() & 0xff;
        int family = head.get() & 0xff;
        int length = head.getShort() & 0xffff;
        if ((command & 0xf0) != VERSION) {
            throw new ProtocolException("the version of its PROXY header is not 2");
        }
        if (length > MOST_BYTES) {
            throw new ProtocolException("its PROXY header has " + length + " bytes, more than " + MOST_BYTES);
        }
        ByteBuffer rest = ByteBuffer.wrap(exactly(in, length));
        return switch (command & 0x0f) {
            case LOCAL -> null;
            case PROXY -> client(family, rest);
            default -> throw new ProtocolException("its PROXY header has an unknown command");
        };
    }

    private static InetSocketAddress client(int family, ByteBuffer rest) throws IOException {
        return switch (family) {
            case UNSPECIFIED -> null;
            case TCP_OVER_IPV4 -> client(rest, 4);
            case TCP_OVER_IPV6 -> client(rest, 16);
            default -> throw new ProtocolException("its PROXY header speaks of neither TCP over IPv4 nor over IPv6");
        };
    }

    /** Source address, destination address, source port, destination port. */
    private static InetSocketAddress client(ByteBuffer rest, int size) throws IOException {
        if (rest.remaining() < 2 * size + 2 * Short.BYTES) {
            throw new ProtocolException("its PROXY header is too short for its addresses");
        }
        byte[] source = new byte[size];
        rest.get(source);
        rest.position(2 * size);
        return new InetSocketAddress(InetAddress.getByAddress(source), rest.getShort() & 0xffff);
    }

    private static byte[] exactly(InputStream in, int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("it ended within the PROXY header");
        }
        return bytes;
    }
}
