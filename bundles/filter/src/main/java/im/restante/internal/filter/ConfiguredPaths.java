package im.restante.internal.filter;

import im.restante.config.ConfigException;
import im.restante.config.Settings;
import im.restante.config.SettingsDescriptor;
import im.restante.filter.Opinion;
import im.restante.stanza.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code msg-store-offline-paths}, compiled: of the entries from left to right the first that a message has decides. Immutable.
 */
final class ConfiguredPaths {
    static final String PID = "im.restante.filter";
    static final String KEY = "msg-store-offline-paths";

    static final SettingsDescriptor DESCRIPTOR = SettingsDescriptor.of(
                    PID, "Restante: filter", "Which messages are stored for somebody who is away.")
            .text(
                    KEY,
                    "",
                    "Paths parted by commas, from left to right; the first that a message has decides, whatever its type,"
                            + " body and hints say. /message/NAME stores messages with a child of that name,"
                            + " -/message/NAME does not. A further /NAME asks for a child of that child, and [NAMESPACE] at the"
                            + " end for the namespace of the last one:\n"
                            + "msg-store-offline-paths = -/message/plain,/message/received[urn:xmpp:receipts]\n"
                            + "Messages without any of them: stored is what somebody would miss, with or without a body;"
                            + " not chat states alone, calls, headlines, group chat and errors.")
            .build();

    private final List<PathEntry> entries;
    private final Opinion[] opinions;
    private final PathTable table;

    private ConfiguredPaths(List<PathEntry> entries) {
        this.entries = List.copyOf(entries);
        PathTable.Builder rows = new PathTable.Builder();
        for (int i = 0; i < entries.size(); i++) {
            rows.add(i, entries.get(i), false);
        }
        table = rows.build();
        opinions = entries.stream().map(PathEntry::opinion).toArray(Opinion[]::new);
    }

    /** @throws ConfigException if one entry is malformed; it says which, where, and what would be right */
    static ConfiguredPaths of(Map<String, ?> values) {
        Settings settings = DESCRIPTOR.read(values);
        try {
            return new ConfiguredPaths(PathEntry.listOf(settings.text(KEY)));
        } catch (PathEntry.Malformed e) {
            throw settings.bad(KEY, "a comma list of [-]/message/child[xmlns]; " + e.getMessage());
        }
    }

    /**
     * {@link Opinion#NONE} if no entry matches. What an error carries is the message it is about, so only entries below
     * {@code /message/error} apply to one.
     */
    Opinion consider(Message message) {
        if (opinions.length == 0) {
            return Opinion.NONE;
        }
        int first = message.type() == Message.Type.ERROR
                ? table.first(message, "error", PathTable.NONE)
                : table.first(message, PathTable.NONE);
        return first == PathTable.NONE ? Opinion.NONE : opinions[first];
    }

    /** One line for each entry that can never decide, naming the earlier one that always does. */
    List<String> unreachable() {
        List<String> lines = new ArrayList<>();
        for (int later = 1; later < entries.size(); later++) {
            for (int earlier = 0; earlier < later; earlier++) {
                if (entries.get(earlier).covers(entries.get(later))) {
                    lines.add("entry " + (later + 1) + " (" + entries.get(later) + ") never decides: entry "
                            + (earlier + 1) + " (" + entries.get(earlier) + ") matches first");
                    break;
                }
            }
        }
        return lines;
    }

    /** The entries as they are written, for a log. */
    @Override
    public String toString() {
        return entries.isEmpty()
                ? "(none)"
                : String.join(",", entries.stream().map(PathEntry::text).toList());
    }
}
