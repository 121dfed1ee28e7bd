package im.restante.internal.c2s;

import im.restante.limit.Limits;
import im.restante.limit.Permission;
import im.restante.limit.Rates;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One client's way in: its address, and where it is counted, which changes when other limits take over. It is counted at the limits
 * present from {@link #enter} to {@link #leave}, once. Safe for concurrent use.
 */
final class ClientAddress {
    private final Guard guard;
    private final InetSocketAddress client;
    private final String remote;

    /** Where it is counted. */
    private final AtomicReference<Place> place = new AtomicReference<>(new Place(null, false));

    /** @param limits null: at none */
    private record Place(Limits limits, boolean left) {}

    ClientAddress(Guard guard, InetSocketAddress client) {
        this.guard = guard;
        this.client = client;
        this.remote = client.getAddress().getHostAddress() + ':' + client.getPort();
    }

    /** The client's address and port, for a log. */
    String remote() {
        return remote;
    }

    InetAddress address() {
        return client.getAddress();
    }

    /** Whose it is where clients take turns. */
    Object network() {
        return Guard.network(address());
    }

    /** Asks whether it may. To be called first, and once. */
    Permission enter() {
        Limits at = guard.limits();
        Permission answer = guard.connect(at, address());
        if (!(answer instanceof Permission.Refused)) {
            place.set(new Place(at, false));
        }
        return answer;
    }

    /** Is counted at the limits present from here on. */
    void move() {
        Place from = place.get();
        Limits to = guard.limits();
        while (!from.left() && from.limits() != to) {
            guard.tell(
                    to, l -> l.present(address())); // before it is seen there, so that nobody tells of its end too soon
            if (place.compareAndSet(from, new Place(to, false))) {
                guard.tell(from.limits(), l -> l.disconnected(address()));
            } else {
                guard.tell(to, l -> l.disconnected(address()));
            }
            from = place.get();
            to = guard.limits();
        }
    }

    /** Counts nowhere any more. */
    void leave() {
        Place from = place.getAndSet(new Place(null, true));
        guard.tell(from.limits(), l -> l.disconnected(address()));
    }

    Rates rates() {
        return guard.rates(address());
    }

    Guard guard() {
        return guard;
    }
}
