package im.restante.internal.routing;

import im.restante.jid.Jid;
import im.restante.message.Disposition;
import im.restante.message.MessageEvent;
import im.restante.message.MessageListener;
import im.restante.store.StoredMessage;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a listener was told, a line each. */
final class Told implements MessageListener {
    final List<String> lines = new CopyOnWriteArrayList<>();
    final List<Long> arrivals = new CopyOnWriteArrayList<>();

    @Override
    public void decided(MessageEvent event) {
        arrivals.add(event.arrivalId().orElse(0));
        lines.add(
                event.sender() + " -> " + event.owner() + " " + event.message().id() + ": " + event.verdict());
    }

    @Override
    public void disposed(Jid owner, Collection<Long> ids, Disposition disposition, String how) {
        lines.add(owner + " " + ids + " " + disposition + " (" + how + ")");
    }

    @Override
    public void disposed(Collection<StoredMessage> rows, Disposition disposition, String how) {
        rows.forEach(row -> lines.add(row.owner() + " from " + row.sender() + " [" + row.id() + "] " + disposition));
    }
}
