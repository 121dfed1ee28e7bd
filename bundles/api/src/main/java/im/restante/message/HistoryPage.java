package im.restante.message;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** What a {@link MessageHistory} answers. Does not change; nothing it gives is null. */
@ProviderType
public interface HistoryPage {
    /** The newest first. */
    List<HistoryEntry> entries();

    /** How many older ones were found that are not in this page. */
    int older();

    /** Asks for them, see {@link HistoryQuery#before}; empty if there are none. */
    Optional<String> next();

    /** Since when all is known that was delivered to connected sessions: of the account that was asked for, else of everybody. */
    Instant deliveredSince();

    /** The same for what was stored, and for what left the spool to its recipient or came back. */
    Instant spooledSince();

    /** The same for what was skipped, refused, dropped, failed, lost or removed. */
    Instant undeliveredSince();

    /** The configuration that is in force now. */
    Configuration configuration();

    /** One state of the configuration that decides what becomes of a message. */
    @ProviderType
    interface Configuration {
        /** 1 for the one with which the server started; each other one that came into force has one more. */
        int revision();

        /** Since when it is in force. */
        Instant since();

        /** The PID that was changed; empty at the start. */
        Optional<String> pid();

        /** What that PID says since then; empty at the start. Cut at 256 characters. */
        Optional<String> values();
    }
}
