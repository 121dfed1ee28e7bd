package im.restante.internal.iq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;

import im.restante.jid.Jid;
import im.restante.session.Retrieval;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Romeo's waiting messages, and a session of his that reads, slowly if wanted. */
final class FakeRetrieval implements Retrieval {
    final TreeMap<Long, StoredMessage> rows = new TreeMap<>();
    final List<Jid> held = new ArrayList<>();
    final List<Element> sent = new ArrayList<>();
    final List<Integer> pages = new ArrayList<>(); // how many messages each page had that was sent
    final List<CompletableFuture<Void>> unwritten = new ArrayList<>();
    Jid remover;
    boolean slow;
    boolean cut;
    boolean broken;

    void waits(long id, String from, String content) {
        waits(id, from, content.getBytes(UTF_8));
    }

    private void waits(long id, String from, byte[] content) {
        String xml =
                "<message from='" + from + "' to='romeo@montague.lit'>" + new String(content, UTF_8) + "</message>";
        rows.put(id, StoredMessage.of(id, Iqs.ROMEO, Jid.of(from).bare(), Instant.EPOCH, xml.getBytes(UTF_8)));
    }

    @Override
    public void hold(Jid session) {
        held.add(session);
    }

    @Override
    public CompletionStage<Long> count(Jid owner) {
        return broken ? failure() : completedFuture((long) rows.size());
    }

    @Override
    public CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int most, long bytes) {
        if (broken) {
            return failure();
        }
        List<StoredMessage> page = new ArrayList<>();
        long size = 0;
        for (StoredMessage row : rows.tailMap(afterId, false).values()) {
            size += row.sizeBytes();
            if (page.size() == most || !page.isEmpty() && size > bytes) {
                break;
            }
            page.add(row);
        }
        return completedFuture(page);
    }

    @Override
    public synchronized CompletionStage<Void> send(Jid session, List<Element> messages) {
        if (cut) {
            return failedFuture(new IOException("cut"));
        }
        sent.addAll(messages);
        pages.add(messages.size());
        CompletableFuture<Void> written = slow ? new CompletableFuture<>() : completedFuture(null);
        unwritten.add(written);
        notifyAll();
        return written;
    }

    /** The session has got the last page, if that is the so-manieth. */
    synchronized void written(int page) throws InterruptedException {
        long end = System.nanoTime() + 20_000_000_000L;
        while (unwritten.size() < page) {
            wait(100);
            if (System.nanoTime() > end) {
                throw new AssertionError("page " + page + " was not sent");
            }
        }
        if (unwritten.size() > page) {
            throw new AssertionError("more than " + page + " pages were sent");
        }
        unwritten.get(page - 1).complete(null);
    }

    @Override
    public CompletionStage<Void> remove(Jid owner, List<StoredMessage> messages, Jid by) {
        remover = by;
        messages.forEach(row -> rows.remove(row.id()));
        return completedFuture(null);
    }

    @Override
    public CompletionStage<Void> purge(Jid owner, Jid by) {
        remover = by;
        rows.clear();
        return completedFuture(null);
    }

    private static <T> CompletionStage<T> failure() {
        return failedFuture(new StoreException("broken on purpose"));
    }
}
