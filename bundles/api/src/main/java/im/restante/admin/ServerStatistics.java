package im.restante.admin;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** Figures of the running server. See the package for threads, failures and rights. */
@ProviderType
public interface ServerStatistics {
    /**
     * Figures of this moment. Each store is waited for at most five seconds. Some stores count their owners for it: not for once a
     * second.
     */
    CompletionStage<ServerFigures> figures();

    /** Of the stores alone, also while the rest of the server is not there. The preferred one first. */
    CompletionStage<List<StoreFigures>> stores();
}
