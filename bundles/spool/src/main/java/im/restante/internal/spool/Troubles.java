package im.restante.internal.spool;

import im.restante.internal.support.LogLimit;
import im.restante.internal.support.LogLimits;
import im.restante.jid.Jid;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One log line a minute for each kind of trouble with a store, with the number of those that were left out. */
final class Troubles {
    private static final Logger LOG = LoggerFactory.getLogger(Troubles.class);

    private final LogLimits lines;

    Troubles(LongSupplier nanoTime) {
        lines = new LogLimits(nanoTime);
    }

    void reading(Jid owner, Throwable problem) {
        LogLimit limit = lines.of("reading");
        if (limit.isDue()) {
            LOG.warn(
                    "the messages waiting for {} cannot be read now, they are handed over when the store answers: {}{}",
                    owner,
                    text(problem),
                    limit.more());
        }
    }

    void removing(Jid owner, Throwable problem) {
        LogLimit limit = lines.of("removing");
        if (limit.isDue()) {
            LOG.warn(
                    "messages that {} has acknowledged cannot be removed now, it is tried again until the store does: {}{}",
                    owner,
                    text(problem),
                    limit.more());
        }
    }

    void requeueing(Jid owner, int messages, Throwable problem) {
        LogLimit limit = lines.of("requeueing");
        if (limit.isDue()) {
            LOG.warn(
                    "{} messages that {} had not acknowledged cannot be stored now, they wait in memory until the store takes"
                            + " them: {}{}",
                    messages,
                    owner,
                    text(problem),
                    limit.more());
        }
    }

    /** An error of ours: whatever stood still for it begins anew. */
    void broken(Jid owner, String event, Throwable problem) {
        LogLimit limit = lines.of("broken");
        if (limit.isDue()) {
            LOG.error("the spool of {} failed at {}; please report it{}", owner, event, limit.more(), problem);
        }
    }

    /** Something outside that threw. */
    void failed(String what, Jid who, Throwable problem) {
        LogLimit limit = lines.of(what);
        if (limit.isDue()) {
            LOG.error("{} for {} failed{}", what, who, limit.more(), problem);
        }
    }

    void lost(Jid owner, int messages) {
        LogLimit limit = lines.of("lost");
        if (limit.isDue()) {
            LOG.error(
                    "{} messages that {} had not been given yet are lost: the store fails, and {} bytes that it should have"
                            + " taken wait in memory already{}",
                    messages,
                    owner,
                    Unstored.MOST_BYTES,
                    limit.more());
        }
    }

    void idsUnknown(Throwable problem) {
        LogLimit limit = lines.of("ids");
        if (limit.isDue()) {
            LOG.warn("the largest id in the stores is not known yet: {}{}", text(problem), limit.more());
        }
    }

    private static String text(Throwable problem) {
        Throwable cause =
                problem instanceof CompletionException && problem.getCause() != null ? problem.getCause() : problem;
        return cause.toString();
    }
}
