package im.restante.internal.why;

import im.restante.internal.support.OperatorConsole;
import im.restante.internal.why.RecentMessages.Reach;
import im.restante.internal.why.Revisions.Revision;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.message.StanzaIds;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code restante:why}: what became of messages, in plain words. Never what they said. */
@Component(
        service = Function.class,
        property = {
            "osgi.command.scope=restante",
            "osgi.command.function=why",
            Constants.SERVICE_DESCRIPTION + "=" + WhyCommand.PURPOSE
        })
public final class WhyCommand implements Function {
    static final int MOST_LINES = 100;

    private static final String USAGE = "restante:why JID|ID";
    static final String PURPOSE =
            "Tells what became of the messages for or from an account, or of one message by its id or stanza-id, and why;"
                    + " the newest last.";
    private static final Pattern STANZA_ID = Pattern.compile("[A-Za-z0-9_-]{22}"); // 16 bytes in base64url

    private final RecentMessages recent;
    private final Revisions revisions;
    private volatile StanzaIds stanzaIds;

    @Activate
    public WhyCommand(@Reference RecentMessages recent, @Reference Revisions revisions) {
        this.recent = recent;
        this.revisions = revisions;
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setStanzaIds(StanzaIds present) {
        stanzaIds = present;
    }

    void unsetStanzaIds(StanzaIds gone) {
        if (stanzaIds == gone) { // a successor is bound before
            stanzaIds = null;
        }
    }

    /** A message, however many entries there are about it. */
    private record Numbered(String owner, Long id) {}

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
        Jid jid = jid(asked);
        List<Entry> found = find(asked, jid);
        if (found.isEmpty()) {
            out.println("nothing is known about " + asked);
        } else if (found.size() > MOST_LINES) {
            out.println("(" + (found.size() - MOST_LINES) + " earlier ones are not shown)");
        }
        found.subList(Math.max(0, found.size() - MOST_LINES), found.size())
                .forEach(entry -> out.println(sentence(entry)));
        Reach reach = recent.reach(jid != null && jid.local() != null ? jid.bare() : null);
        out.println("known: what was delivered live since " + reach.delivered() + ", what went through the spool since "
                + reach.spooled() + ", what was refused, dropped or removed since " + reach.lost());
        Revision now = revisions.current();
        out.println("configuration " + now.number() + " since " + now.since()
                + (now.pid() == null
                        ? " (the server's start)"
                        : " (" + now.pid() + " was changed: " + now.values() + ")"));
    }

    private static Jid jid(String text) {
        try {
            return Jid.of(text).bare();
        } catch (InvalidJidException e) {
            return null;
        }
    }

    /** What the question hits, and what became later of the messages it hit. */
    private List<Entry> find(String asked, Jid jid) {
        String id = RecentMessages.cut(asked);
        String bare = jid == null ? null : jid.toString();
        boolean mayBeStanzaId = STANZA_ID.matcher(asked).matches();
        Set<Numbered> messages = new HashSet<>();
        recent.find(entry -> {
            if (entry.owner().equals(bare)
                    || bare != null && bare.equals(entry.sender())
                    || id.equals(entry.messageId())) {
                entry.ids().forEach(one -> messages.add(new Numbered(entry.owner(), one)));
            } else if (mayBeStanzaId) {
                entry.ids().stream()
                        .filter(one -> isStanzaId(entry.owner(), one, asked))
                        .forEach(one -> messages.add(new Numbered(entry.owner(), one)));
            }
            return false;
        });
        return recent
                .find(entry -> entry.owner().equals(bare)
                        || bare != null && bare.equals(entry.sender())
                        || id.equals(entry.messageId())
                        || entry.ids().stream().anyMatch(one -> messages.contains(new Numbered(entry.owner(), one))))
                .stream()
                .sorted(Comparator.comparingLong(Entry::millis))
                .toList();
    }

    private boolean isStanzaId(String owner, long id, String asked) {
        StanzaIds present = stanzaIds;
        return present != null && present.isStanzaId(Jid.of(owner), id, asked);
    }

    private String stanzaId(String owner, long id) {
        StanzaIds present = stanzaIds;
        return present == null ? null : present.stanzaId(Jid.of(owner), id);
    }

    private String sentence(Entry entry) {
        StringBuilder line = new StringBuilder(160);
        line.append(Instant.ofEpochMilli(entry.millis())).append(' ');
        if (entry.ids().size() > 1) {
            line.append(entry.ids().size()).append(" messages");
        } else {
            line.append("message");
            if (entry.messageId() != null) {
                line.append(" id=").append(entry.messageId());
            }
            if (entry.ids().size() == 1) {
                String stanzaId = stanzaId(entry.owner(), entry.ids().get(0));
                if (stanzaId != null) {
                    line.append(" stanza-id=").append(stanzaId);
                }
            }
        }
        if (entry.sender() != null) {
            line.append(" from ").append(entry.sender());
        }
        line.append(" to ").append(entry.owner()).append(": ").append(entry.what().words);
        if (entry.reason() != null) {
            line.append(" (").append(entry.reason()).append(')');
        }
        return line.append("; configuration ").append(entry.revision()).toString();
    }
}
