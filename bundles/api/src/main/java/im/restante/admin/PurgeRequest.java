package im.restante.admin;

import static java.util.Objects.requireNonNull;

import im.restante.jid.Jid;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which of an owner's messages are to be removed: all that wait, unless it says less. Does not change; each method gives another
 * request.
 */
public final class PurgeRequest {
    /** Most characters of who asked. */
    public static final int MOST_BY = 256;

    private final Jid owner;
    private final @Nullable Jid sender;
    private final @Nullable Instant before;
    private final String by;

    private PurgeRequest(Jid owner, @Nullable Jid sender, @Nullable Instant before, String by) {
        this.owner = owner;
        this.sender = sender;
        this.before = before;
        this.by = by;
    }

    /**
     * All that waits for {@code owner}.
     *
     * @param by who asks, in a few words, for those who ask later what became of a message: {@code "admin@example.org"}
     * @throws IllegalArgumentException if {@code owner} is no account's bare address, or {@code by} is blank or longer than {@link #MOST_BY}
     */
    public static PurgeRequest of(Jid owner, String by) {
        if (!owner.isBare() || owner.local() == null) {
            throw new IllegalArgumentException("an account's address looks like name@domain, got " + owner);
        }
        if (by.isBlank() || by.length() > MOST_BY) {
            throw new IllegalArgumentException("who asks must be 1 to " + MOST_BY + " characters");
        }
        return new PurgeRequest(owner, null, null, by);
    }

    /** Only what came from this sender; a resource makes no difference. */
    public PurgeRequest from(Jid onlySender) {
        return new PurgeRequest(owner, onlySender.bare(), before, by);
    }

    /** Only what was received before this moment, by the server's clock. */
    public PurgeRequest receivedBefore(Instant moment) {
        return new PurgeRequest(owner, sender, requireNonNull(moment, "moment"), by);
    }

    /** For whom it waits, bare. */
    public Jid owner() {
        return owner;
    }

    /** The one sender, bare; empty for everybody. */
    public Optional<Jid> sender() {
        return Optional.ofNullable(sender);
    }

    /** Until when it was received; empty for no matter when. */
    public Optional<Instant> before() {
        return Optional.ofNullable(before);
    }

    /** Who asks. */
    public String by() {
        return by;
    }

    /** In a few words: {@code "mail of romeo@example.org from juliet@example.org"}. */
    @Override
    public String toString() {
        return "mail of " + owner
                + (sender == null ? "" : " from " + sender)
                + (before == null ? "" : " received before " + before);
    }
}
