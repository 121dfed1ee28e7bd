package im.restante.message;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What became of recent messages, to be asked for by account, by the sender's id or by stanza-id. It is kept in memory, of a bounded
 * size, and begins anew with the server: {@link HistoryPage} says how far back it reaches. Whoever wants to be told of what happens from
 * now on registers a {@link MessageListener}.
 *
 * <p><b>Nobody's rights are checked here.</b> What is told says who writes to whom, and when, so whoever passes it on decides before each
 * call who may know it. What people write is never part of it.
 *
 * <p>Safe for concurrent use. Does not block; but each question is answered on the caller's thread by a pass over all that is kept,
 * some 20,000 entries, which takes some milliseconds: not for every message.
 */
@ProviderType
public interface MessageHistory {
    /**
     * What is known, the newest first. A message that is found brings along all that is known to have become of it, also under another
     * entry that does not name what was asked for.
     *
     * @throws IllegalArgumentException if {@link HistoryQuery#before} is none that a page gave
     */
    HistoryPage find(HistoryQuery query);
}
