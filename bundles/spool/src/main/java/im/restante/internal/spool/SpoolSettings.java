package im.restante.internal.spool;

import static java.util.Objects.requireNonNull;

import im.restante.offline.OfflineSettings;
import im.restante.session.ProofPolicy;
import java.time.Duration;
import java.util.Map;

/**
 * The part of {@link OfflineSettings} that the spool acts on.
 *
 * @param window      messages handed to a session without proof, 1 to 500
 * @param windowBytes bytes of them; one message may be larger
 * @param journal     whether messages for somebody present are committed before they are handed over, too
 * @param proof       when they count as received, and may be removed
 * @param spillLimit  rows that may be added for an owner who is present and slow
 * @param swapTimeout how long a message waits for a bundle that is being replaced
 */
public record SpoolSettings(
        int window, long windowBytes, boolean journal, ProofPolicy proof, int spillLimit, Duration swapTimeout) {
    private static final int BATCHES = 4;

    public SpoolSettings {
        requireNonNull(proof, "proof");
        requireNonNull(swapTimeout, "swapTimeout");
    }

    /** @throws im.restante.config.ConfigException for a value that is not usable, also one that is not the spool's */
    public static SpoolSettings of(Map<String, ?> properties) {
        OfflineSettings all = OfflineSettings.of(properties);
        return new SpoolSettings(
                all.window(), all.windowBytes(), all.journal(), all.proof(), all.spillLimit(), all.swapTimeout());
    }

    /** The same with a window of at most so many bytes. */
    SpoolSettings within(long mostBytes) {
        return windowBytes <= mostBytes
                ? this
                : new SpoolSettings(window, mostBytes, journal, proof, spillLimit, swapTimeout);
    }

    /** Rows of one batch: half a window, so that one is on its way while the acknowledgement of the other is. */
    public int batchRows() {
        return window < 4 ? window : window / 2;
    }

    /** Bytes of one batch. */
    public long batchBytes() {
        return Math.max(1, windowBytes / 2);
    }

    /** Rows of one page: some batches, since the way to the store and back costs as much as many small rows. */
    public int pageRows() {
        return BATCHES * batchRows();
    }

    /** Bytes of one page: those of a batch, since so much is kept in memory for each session that is slow. */
    public long pageBytes() {
        return batchBytes();
    }
}
