package im.restante.internal.limits;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is counted for each address. Those with open connections are all kept, so that the count is exact; of the others the last
 * {@link #QUIET}: whoever has more networks than that begins anew with each of them anyhow. Not safe for concurrent use.
 */
final class AddressCounts {
    static final int QUIET = 32_768;

    private final Map<Long, Counts> connected = new HashMap<>();
    private final Map<Long, Counts> quiet = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Counts> eldest) {
            return size() > QUIET;
        }
    };

    /** Of one address, or of one /64 of IPv6. */
    static final class Counts {
        private int open;
        final MinuteRate connections;
        final MinuteRate logins;
        final MinuteRate registrations;

        private Counts(long now) {
            connections = new MinuteRate(now);
            logins = new MinuteRate(now);
            registrations = new MinuteRate(now);
        }

        int open() {
            return open;
        }

        private boolean isEven(long now) {
            return connections.isEven(now) && logins.isEven(now) && registrations.isEven(now);
        }
    }

    /**
     * What an address is known by: IPv4 as it is; of IPv6 the first 64 bits, since whoever has one such address has all of them. (The
     * numbers of IPv4 fall into ::/32, from which nobody connects.)
     */
    static long key(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == Integer.BYTES
                ? Integer.toUnsignedLong(ByteBuffer.wrap(bytes).getInt())
                : ByteBuffer.wrap(bytes).getLong();
    }

    Counts of(long key, long now) {
        Counts counts = connected.get(key);
        return counts != null ? counts : quiet.computeIfAbsent(key, unknown -> new Counts(now));
    }

    void opened(long key, long now) {
        Counts counts = of(key, now);
        if (counts.open++ == 0) {
            quiet.remove(key);
            connected.put(key, counts);
        }
    }

    void closed(long key, long now) {
        Counts counts = connected.get(key);
        if (counts != null && --counts.open == 0) {
            connected.remove(key);
            if (!counts.isEven(now)) {
                quiet.put(key, counts);
            }
        }
    }

    /** How many are kept. */
    int size() {
        return connected.size() + quiet.size();
    }
}
