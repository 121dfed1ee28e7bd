package im.restante.internal.delivery;

import im.restante.delivery.Verdict;
import im.restante.jid.Jid;
import im.restante.store.StoredMessage;
import im.restante.why.Disposition;
import im.restante.why.Witness;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a witness was told, a line each. */
final class Witnessed implements Witness {
    final List<String> lines = new CopyOnWriteArrayList<>();
    final List<Long> arrivals = new CopyOnWriteArrayList<>();

    final List<String> inForce = new CopyOnWriteArrayList<>();

    @Override
    public void inForce(String reader, String pid, String values) {
        inForce.add(values);
    }

    @Override
    public void verdict(Jid owner, Jid sender, String messageId, long arrivalId, Verdict verdict) {
        arrivals.add(arrivalId);
        lines.add(sender + " -> " + owner + " " + messageId + ": " + verdict);
    }

    @Override
    public void disposition(Jid owner, Collection<Long> ids, Disposition disposition, String how) {
        lines.add(owner + " " + ids + " " + disposition + " (" + how + ")");
    }

    @Override
    public void disposition(Collection<StoredMessage> rows, Disposition disposition, String how) {
        rows.forEach(row -> lines.add(row.owner() + " from " + row.sender() + " [" + row.id() + "] " + disposition));
    }
}
