package im.restante.internal.limits;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of addresses in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3).
 *
 * @param prefix bytes of the first address; bits behind {@code length} are 0
 * @param length bits that are the same for all
 */
@SuppressWarnings("ArrayRecordComponent")
record Network(byte[] prefix, int length) {
    /** No name is ever looked up: what has neither this form nor a colon is no address. */
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private static final Pattern NOTATION = Pattern.compile("([0-9a-fA-F:.]+)(?:/(\\d{1,3}))?");

    /**
     * Reads a list with commas between; {@code none} is an empty one.
     *
     * @throws IllegalArgumentException for what is no network; its message names it
     */
    static List<Network> list(String text) {
        List<Network> networks = new ArrayList<>();
        if (text.isBlank() || text.strip().equals("none")) {
            return networks;
        }
        for (String each : text.split(",", -1)) {
            networks.add(of(each.strip()));
        }
        return List.copyOf(networks);
    }

    /** @throws IllegalArgumentException if it is none; an address alone is a network of one */
    static Network of(String text) {
        Matcher parts = NOTATION.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no network");
        }
        byte[] address = address(parts.group(1), text);
        int bits = address.length * Byte.SIZE;
        int length = parts.group(2) == null ? bits : Integer.parseInt(parts.group(2));
        if (length > bits) {
            throw new IllegalArgumentException("'" + text + "' has a prefix longer than " + bits + " bits");
        }
        for (int bit = length; bit < bits; bit++) {
            if ((address[bit / Byte.SIZE] & 0x80 >> bit % Byte.SIZE) != 0) {
                throw new IllegalArgumentException("'" + text + "' has bits set behind its prefix of " + length);
            }
        }
        return new Network(address, length);
    }

    private static byte[] address(String literal, String text) {
        try {
            boolean colon = literal.indexOf(':') >= 0;
            if (colon || IPV4.matcher(literal).matches()) {
                InetAddress address = InetAddress.getByName(literal);
                if (colon == !(address instanceof Inet4Address)) {
                    return address.getAddress();
                }
            }
        } catch (UnknownHostException e) {
            // said below
        }
        throw new IllegalArgumentException("'" + text + "' does not begin with an IPv4 or IPv6 address");
    }

    boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != prefix.length) {
            return false;
        }
        int whole = length / Byte.SIZE;
        for (int i = 0; i < whole; i++) {
            if (bytes[i] != prefix[i]) {
                return false;
            }
        }
        int rest = length % Byte.SIZE;
        return rest == 0 || (bytes[whole] ^ prefix[whole]) >> Byte.SIZE - rest << Byte.SIZE - rest == 0;
    }

    static boolean anyContains(List<Network> networks, InetAddress address) {
        for (Network network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
