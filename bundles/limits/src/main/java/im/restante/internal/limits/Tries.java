package im.restante.internal.limits;

import im.restante.internal.support.Digests;
import im.restante.jid.Jid;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tries to log in, by account and address together: the delay grows with every try that was not right, and an address from which
 * somebody has proved to be the account is not delayed for it. So a guesser slows down nobody but itself. Bounded, and names are
 * kept as hashes, so that long ones cost no more than short ones. Not safe for concurrent use.
 */
final class Tries {
    /** Tries without a delay: a password typed wrong, a client with several mechanisms. */
    static final int FREE = 5;

    static final Duration LONGEST_DELAY = Duration.ofMinutes(5);
    static final Duration TRUSTED = Duration.ofDays(30);
    static final int PAIRS = 32_768;
    static final int ACCOUNTS = 32_768;

    /** Addresses an account is known from; the one that was not used for longest makes room. */
    static final int ADDRESSES = 8;

    private static final long FIRST_DELAY = Duration.ofSeconds(1).toNanos();

    private final Map<Pair, Delay> delays = bounded(PAIRS);
    private final Map<Account, Known> known = bounded(ACCOUNTS);

    /** 128 bits of the hash of a bare JID. */
    record Account(long high, long low) {
        static Account of(Jid account) {
            ByteBuffer hash =
                    ByteBuffer.wrap(Digests.digest("SHA-256", account.toString().getBytes(StandardCharsets.UTF_8)));
            return new Account(hash.getLong(), hash.getLong());
        }
    }

    private record Pair(Account account, long address) {}

    private static final class Delay {
        private int tries;
        private long nextAt;
    }

    /** Where an account was logged in from, and when. */
    private static final class Known {
        private long[] addresses = {};
        private long[] at = {};

        private boolean contains(long address, long now) {
            for (int i = 0; i < addresses.length; i++) {
                if (addresses[i] == address) {
                    return now - at[i] < TRUSTED.toNanos();
                }
            }
            return false;
        }

        private void add(long address, long now) {
            int place = 0;
            while (place < addresses.length && addresses[place] != address) {
                place++;
            }
            if (place == addresses.length) {
                if (place < ADDRESSES) {
                    addresses = Arrays.copyOf(addresses, place + 1);
                    at = Arrays.copyOf(at, place + 1);
                } else {
                    place = oldest(now);
                }
            }
            addresses[place] = address;
            at[place] = now;
        }

        private int oldest(long now) {
            int oldest = 0;
            for (int i = 1; i < at.length; i++) {
                oldest = now - at[i] > now - at[oldest] ? i : oldest;
            }
            return oldest;
        }
    }

    private static <K, V> Map<K, V> bounded(int most) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > most;
            }
        };
    }

    boolean isTrusted(Account account, long address, long now) {
        Known places = known.get(account);
        return places != null && places.contains(address, now);
    }

    /** @return nanoseconds until the next try; 0 or less: at once */
    long pause(Account account, long address, long now) {
        Delay delay = delays.get(new Pair(account, address));
        return delay == null || delay.tries < FREE ? 0 : delay.nextAt - now;
    }

    /** @param at when the try is made: now, or after the pause it was given */
    void tried(Account account, long address, long at) {
        Delay delay = delays.computeIfAbsent(new Pair(account, address), first -> new Delay());
        delay.tries++;
        int doublings = Math.min(Math.max(delay.tries - FREE, 0), 30);
        delay.nextAt = at + Math.min(FIRST_DELAY << doublings, LONGEST_DELAY.toNanos());
    }

    void right(Account account, long address, long now) {
        delays.remove(new Pair(account, address));
        known.computeIfAbsent(account, first -> new Known()).add(address, now);
    }

    /** How many pairs and accounts are kept. */
    int size() {
        return delays.size() + known.size();
    }
}
