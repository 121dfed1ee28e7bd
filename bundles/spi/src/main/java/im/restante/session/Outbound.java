package im.restante.session;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A stanza on its way to one connection. The same bytes may be on their way to several.
 *
 * @param xml     UTF-8, in the scope of {@code jabber:client}; shared, never changed
 * @param arrival of a storable message; null for everything else
 */
@SuppressWarnings("ArrayRecordComponent")
public record Outbound(byte[] xml, @Nullable Arrival arrival) {
    public Outbound {
        requireNonNull(xml, "xml");
    }

    /** Anything that is not a storable message. */
    public static Outbound of(byte[] xml) {
        return new Outbound(xml, null);
    }

    /** Whether a spool would keep it. */
    public boolean storable() {
        return arrival != null;
    }
}
