package im.restante.store;

import static java.util.Objects.requireNonNull;

import im.restante.jid.Jid;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which messages of an archive are asked for (XEP-0313 §4.1): all, unless it says less. Does not change; each method gives another query. */
public final class ArchiveQuery {
    /** Everything in the archive. */
    public static final ArchiveQuery ALL = new ArchiveQuery(null, null, null, 0, Long.MAX_VALUE);

    private final @Nullable Jid peer;
    private final @Nullable Instant from;
    private final @Nullable Instant to;
    private final long afterId;
    private final long beforeId;

    private ArchiveQuery(
            @Nullable Jid peer, @Nullable Instant from, @Nullable Instant to, long afterId, long beforeId) {
        this.peer = peer;
        this.from = from;
        this.to = to;
        this.afterId = afterId;
        this.beforeId = beforeId;
    }

    /** Only what came from, or went to, this address; if it is bare, a message with any of its resources. */
    public ArchiveQuery with(Jid onlyPeer) {
        return new ArchiveQuery(requireNonNull(onlyPeer, "peer"), from, to, afterId, beforeId);
    }

    /** Only what was received at this moment or later. */
    public ArchiveQuery from(Instant start) {
        return new ArchiveQuery(peer, requireNonNull(start, "start"), to, afterId, beforeId);
    }

    /** Only what was received at this moment or earlier. */
    public ArchiveQuery to(Instant end) {
        return new ArchiveQuery(peer, from, requireNonNull(end, "end"), afterId, beforeId);
    }

    /** Only ids above this one, which need not be there. */
    public ArchiveQuery after(long id) {
        return new ArchiveQuery(peer, from, to, id, beforeId);
    }

    /** Only ids below this one, which need not be there. */
    public ArchiveQuery before(long id) {
        return new ArchiveQuery(peer, from, to, afterId, id);
    }

    /** The other side; empty for everybody. */
    public Optional<Jid> peer() {
        return Optional.ofNullable(peer);
    }

    /** The first moment; empty for the beginning. */
    public Optional<Instant> from() {
        return Optional.ofNullable(from);
    }

    /** The last moment; empty for the end. */
    public Optional<Instant> to() {
        return Optional.ofNullable(to);
    }

    /** Ids are above it; 0 if nothing was said. */
    public long afterId() {
        return afterId;
    }

    /** Ids are below it; {@link Long#MAX_VALUE} if nothing was said. */
    public long beforeId() {
        return beforeId;
    }
}
