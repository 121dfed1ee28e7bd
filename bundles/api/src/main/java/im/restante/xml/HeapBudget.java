package im.restante.xml;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Heap that one stream may take for stanzas which have not come to their end, or which are being worked on: one part of what all
 * streams may take together. A reader asks before it allocates. Called by the reader's thread; must not block.
 */
@ConsumerType
public interface HeapBudget {
    /** Whatever is asked for. */
    HeapBudget UNLIMITED = new HeapBudget() {
        @Override
        public boolean take(int bytes) {
            return true;
        }

        @Override
        public void give(int bytes) {
            // nothing was counted
        }
    };

    /** Whether so many bytes may be allocated. If not, nothing has been taken, and the stream ends with {@code resource-constraint}. */
    boolean take(int bytes);

    /** Gives back what was taken. */
    void give(int bytes);
}
