package im.restante.internal.why;

import im.restante.internal.support.OperatorConsole;
import im.restante.message.HistoryEntry;
import im.restante.message.HistoryPage;
import im.restante.message.HistoryQuery;
import im.restante.message.MessageHistory;
import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code restante:why}: the history of messages in plain words. Never what they said. */
@Component(
        service = Function.class,
        property = {
            "osgi.command.scope=restante",
            "osgi.command.function=why",
            "restante.command.operands=" + WhyCommand.OPERANDS,
            Constants.SERVICE_DESCRIPTION + "=" + WhyCommand.PURPOSE
        })
public final class WhyCommand implements Function {
    static final int MOST_LINES = 100;

    static final String OPERANDS = "JID|ID";
    private static final String USAGE = "restante:why " + OPERANDS;
    static final String PURPOSE =
            "Tells what became of the messages for or from an account, or of one message by its id or stanza-id, and why;"
                    + " the newest last.";

    private final MessageHistory history;

    @Activate
    public WhyCommand(@Reference MessageHistory history) {
        this.history = history;
    }

    @Override
    public Object execute(CommandSession session, List<Object> arguments) {
        OperatorConsole out = new OperatorConsole(session.getConsole());
        List<String> words = arguments.stream().map(String::valueOf).toList();
        if (words.equals(List.of("--help"))) {
            out.println(USAGE);
            out.println("    " + PURPOSE);
            return null;
        }
        if (words.size() != 1) {
            throw new IllegalArgumentException("usage: " + USAGE);
        }
        explain(words.get(0), out);
        return null;
    }

    private void explain(String asked, OperatorConsole out) {
        HistoryPage page = history.find(HistoryQuery.of(asked).max(MOST_LINES));
        List<HistoryEntry> found = page.entries();
        if (found.isEmpty()) {
            out.println("nothing is known about " + asked);
        } else if (page.older() > 0) {
            out.println("(" + page.older() + " earlier ones are not shown)");
        }
        for (int i = found.size() - 1; i >= 0; i--) {
            out.println(sentence(found.get(i)));
        }
        out.println("known: what was delivered live since " + page.deliveredSince()
                + ", what went through the spool since " + page.spooledSince()
                + ", what was refused, dropped or removed since " + page.undeliveredSince());
        HistoryPage.Configuration now = page.configuration();
        out.println("configuration " + now.revision() + " since " + now.since()
                + now.pid()
                        .map(pid -> " (" + pid + " was changed: " + now.values().orElse("") + ")")
                        .orElse(" (the server's start)"));
    }

    private static String sentence(HistoryEntry entry) {
        StringBuilder line = new StringBuilder(160);
        line.append(entry.at()).append(' ');
        int messages = entry.arrivalIds().size();
        if (messages > 1) {
            line.append(messages).append(" messages");
        } else {
            line.append("message");
            entry.messageId().ifPresent(id -> line.append(" id=").append(id));
            entry.stanzaIds().forEach(id -> line.append(" stanza-id=").append(id));
        }
        entry.sender().ifPresent(sender -> line.append(" from ").append(sender));
        line.append(" to ").append(entry.owner()).append(": ").append(words(entry.kind()));
        entry.reason().ifPresent(reason -> line.append(" (").append(reason).append(')'));
        return line.append("; configuration ").append(entry.revision()).toString();
    }

    private static String words(HistoryEntry.Kind kind) {
        return switch (kind) {
            case DELIVERED -> "delivered to connected sessions";
            case STORED -> "stored";
            case SKIPPED -> "not stored, by a rule";
            case REFUSED -> "refused, and the sender was told";
            case DROPPED -> "dropped in silence";
            case FAILED -> "failed: should have been stored and was not, or nobody can tell";
            case PROVED -> "left the spool: its recipient has it, proved";
            case RETURNED -> "went back into the spool";
            case LOST -> "could not be stored and is lost";
            case EVICTED -> "removed from the spool to make room for a newer one";
            case EXPIRED -> "removed from the spool: it had waited as long as it may";
            case REMOVED -> "removed from the spool by its owner";
            case PURGED -> "removed from the spool by an administrator";
            case ACCOUNT_REMOVED -> "removed from the spool, with its account";
        };
    }
}
