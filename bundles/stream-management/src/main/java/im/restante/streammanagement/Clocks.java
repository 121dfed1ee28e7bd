package im.restante.streammanagement;

import im.restante.internal.support.LogLimit;
import im.restante.internal.support.LogLimits;
import im.restante.jid.Jid;
import im.restante.session.ProofPolicy;
import im.restante.streammanagement.Proofs.Batch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clocks of one connection: how long it takes to log in, how long nothing could be written, how long it has been silent, how
 * long stored messages wait for their proof. Neither of the last two runs while we do not read the client; whether it is still
 * there is then found out by writing. For the timer's thread only.
 */
public final class Clocks {
    private static final Logger LOG = LoggerFactory.getLogger(Clocks.class);

    /** A connection, as far as clocks concern it. */
    public interface Watched {
        /** Bytes that have come. */
        long heard();

        /** Whether we read what comes. */
        boolean isRead();

        /** Whether a TLS handshake is under way: no words can be said then. */
        boolean isHandshaking();

        /** Asks the client whether it lives. */
        void ping();

        /** Writes what needs no answer, so that TCP finds out whether the client is gone. */
        void probe();

        /** Ends with {@code connection-timeout}: a client that has not logged in. */
        void refuse(String text);

        /** Ends with {@code connection-timeout}: a session, which counts as cut. */
        void cut(String text);

        /** Ends without a word. */
        void abort();
    }

    private final String remote;
    private final Watched connection;
    private final OutboundQueue out;
    private final Proofs proofs;
    private final LogLimits lines;
    private final long startedAt = System.nanoTime();

    private long heard;
    private long heardAt = startedAt;
    private long pingedAt;
    private long probedAt = startedAt;
    private Batch awaited;
    private int awaitedTold;
    private long awaitedSince;
    private long heardBefore;
    private long heardHalfway;

    /** @param remote for the log */
    public Clocks(String remote, Watched connection, OutboundQueue out, Proofs proofs, ManagedStreams streams) {
        this(remote, connection, out, proofs, streams.lines());
    }

    Clocks(String remote, Watched connection, OutboundQueue out, Proofs proofs, LogLimits lines) {
        this.remote = remote;
        this.connection = connection;
        this.out = out;
        this.proofs = proofs;
        this.lines = lines;
    }

    /** Whether nothing could be written for too long; then the connection is cut. @param now by {@link System#nanoTime()} */
    public boolean isStuck(long now, Timeouts timeouts) {
        long since = out.stuckSince();
        if (since == 0 || now - since <= timeouts.write().toNanos()) {
            return false;
        }
        LogLimit limit = lines.of("stuck");
        if (limit.isDue()) {
            LOG.info(
                    "{}: nothing could be written for {} s: cut{}",
                    remote,
                    timeouts.write().toSeconds(),
                    limit.more());
        }
        connection.abort();
        return true;
    }

    /** While nobody is bound. @param now by {@link System#nanoTime()} */
    public void checkLogin(long now, Timeouts timeouts) {
        if (now - startedAt > timeouts.auth().toNanos()) {
            if (connection.isHandshaking()) {
                connection.abort();
            } else {
                connection.refuse("not logged in in time");
            }
        }
    }

    /** While a resource is bound. @param now by {@link System#nanoTime()} */
    public void checkSession(long now, Timeouts timeouts, Jid session) {
        checkSilence(now, timeouts);
        checkProof(now, session);
    }

    private void checkSilence(long now, Timeouts timeouts) {
        long bytes = connection.heard();
        if (!connection.isRead()) {
            heardAt = now;
            pingedAt = 0;
            if (now - probedAt > timeouts.idle().toNanos()) {
                probedAt = now;
                connection.probe();
            }
            return;
        }
        probedAt = now;
        if (bytes != heard) {
            heard = bytes;
            heardAt = now;
            pingedAt = 0;
        } else if (pingedAt == 0) {
            if (now - heardAt > timeouts.idle().toNanos()) {
                pingedAt = now | 1;
                connection.ping();
            }
        } else if (now - pingedAt > timeouts.ping().toNanos()) {
            connection.cut("silent for too long");
        }
    }

    /**
     * Waits for the proof of the oldest batch while we read this client; every proof begins a new wait. A sign of life must come
     * in the second half of it: what was under way when the batch went out says nothing of a client that is gone.
     */
    private void checkProof(long now, Jid session) {
        Batch oldest = proofs.awaited();
        long bytes = connection.heard();
        if (oldest == null || oldest != awaited || oldest.told() != awaitedTold || !connection.isRead()) {
            await(oldest, now, bytes);
            return;
        }
        long waited = now - awaitedSince;
        long timeout = oldest.policy().timeout().toNanos();
        if (waited <= timeout / 2) {
            heardHalfway = bytes;
        } else if (waited > timeout && bytes != heardBefore && bytes == heardHalfway) {
            await(oldest, now, bytes);
        } else if (waited > timeout) {
            long seconds = oldest.policy().timeout().toSeconds();
            awaited = null;
            if (bytes == heardBefore || !proofs.withoutAnswers()) {
                LogLimit limit = lines.of("unacknowledged");
                if (limit.isDue()) {
                    LOG.info(
                            "{}: stored messages were not acknowledged for {} s: ends{}",
                            remote,
                            seconds,
                            limit.more());
                }
                connection.cut("what was sent is not acknowledged");
            } else {
                boolean isLeftOut = oldest.policy().way() == ProofPolicy.Way.PING;
                LogLimit limit = lines.of("no-answer");
                if (limit.isDue()) {
                    LOG.warn(
                            "{}: {} answers no ping: {}{}",
                            remote,
                            session,
                            isLeftOut ? "it gets no stored messages" : "what is written counts as received",
                            limit.more());
                }
            }
        }
    }

    private void await(Batch oldest, long now, long bytes) {
        awaited = oldest;
        awaitedTold = oldest == null ? 0 : oldest.told();
        awaitedSince = now;
        heardBefore = bytes;
        heardHalfway = bytes;
    }
}
