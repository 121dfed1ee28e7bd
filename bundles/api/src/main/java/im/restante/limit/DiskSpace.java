package im.restante.limit;

import org.osgi.annotation.versioning.ProviderType;

/**
 * How much room there is on the disk of the store that takes new messages, where that is a disk of this machine. Published by the
 * limits bundle; whoever tells the state of the server may ask, and so does whoever admits messages. Safe for concurrent use; looks at
 * the disk once a second at most.
 */
@ProviderType
public interface DiskSpace {
    /** How much room there is. */
    enum Level {
        /** Enough; or nobody knows, as of a database elsewhere, and of a watermark that is switched off. */
        ENOUGH,
        /** Over {@code disk-warn-percent}: no more mail is stored from senders whom the recipient does not know. */
        SCARCE,
        /** Over {@code disk-refuse-percent}: no more mail is stored. */
        EXHAUSTED
    }

    Level level();
}
