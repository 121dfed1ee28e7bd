package im.restante.internal.shell.portable;

import im.restante.internal.shell.portable.Import.Services;
import im.restante.jid.Jid;
import im.restante.store.MessageKind;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import im.restante.xml.Attribute;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Messages of a file or of another server, made into rows of a spool. */
final class ImportedMessages {
    /** Any arrival id would do. */
    private static final long MARKED = 1;

    private static final int ROWS = 500;
    private static final long BYTES = 1 << 20;

    private final Services server;
    private final ImportMarker marker;
    private final Instant now;
    private final boolean ofThisServer;

    /** @param ofThisServer whether the ids in the file are ours */
    ImportedMessages(Services server, ImportMarker marker, Instant now, boolean ofThisServer) {
        this.server = server;
        this.marker = marker;
        this.now = now.truncatedTo(ChronoUnit.MILLIS);
        this.ofThisServer = ofThisServer;
    }

    /** What only a server with the same key can write at the head of a file; null while the key is not known. */
    static String mark(Services server) {
        return server.ids() == null ? null : server.ids().stanzaId(server.domain(), MARKED);
    }

    /** Whether this server wrote the file whose root the reader has just entered. */
    static boolean isOfThisServer(PieReader reader, Services server) {
        String mark = reader.attribute(Pie.ROW, Pie.MARK);
        return mark != null && server.ids() != null && server.ids().isStanzaId(server.domain(), MARKED, mark);
    }

    /**
     * A row: with its own id if this server gave it one, else with the one of its place in the file.
     *
     * @throws IllegalArgumentException saying why it cannot be one
     */
    StoredMessage row(Element element, Jid owner, long position) {
        if (!element.is(Namespaces.CLIENT, "message")) {
            throw new IllegalArgumentException("<" + element.name() + "> is not a message of " + Namespaces.CLIENT);
        }
        String sender =
                Optional.ofNullable(element.attribute(Pie.ROW, Pie.SENDER)).orElse(element.attribute("from"));
        if (sender == null) {
            throw new IllegalArgumentException("it does not say who sent it");
        }
        Instant received = instant(element.attribute(Pie.ROW, Pie.RECEIVED))
                .or(() -> delay(element))
                .orElse(now);
        String kind = element.attribute(Pie.ROW, Pie.KIND);
        String ownId = element.attribute(Pie.ROW, Pie.ID);
        boolean keeps = ofThisServer && ownId != null;
        long id = keeps ? Long.parseLong(ownId) : marker.id(position);
        Element plain =
                element.withoutAttributes(attribute -> attribute.namespace().equals(Pie.ROW));
        byte[] stanza =
                server.codec().serialize(keeps ? plain : welcomed(plain, owner, id, received), Namespaces.CLIENT);
        return StoredMessage.of(id, owner, Jid.of(sender).bare(), received, stanza)
                .withExpiresAt(instant(element.attribute(Pie.ROW, Pie.EXPIRES)).orElse(null))
                .withKind(kind == null ? MessageKind.OFFLINE : MessageKind.of(Integer.parseInt(kind)));
    }

    /** As if it had been stored here: addressed, with our stanza-id and no other in our name, and with a delay stamp. */
    private Element welcomed(Element message, Jid owner, long id, Instant received) {
        Element cleaned = message.without(child -> child.is(Namespaces.STANZA_ID, "stanza-id")
                && (owner.toString().equals(child.attribute("by"))
                        || server.domain().toString().equals(child.attribute("by"))));
        if (cleaned.attribute("to") == null) {
            cleaned = cleaned.withAttribute("to", owner.toString());
        }
        String stanzaId = server.ids() == null ? null : server.ids().stanzaId(owner, id);
        if (stanzaId != null) {
            cleaned = cleaned.with(Element.of(
                    Namespaces.STANZA_ID,
                    "stanza-id",
                    List.of(new Attribute("", "by", owner.toString()), new Attribute("", "id", stanzaId)),
                    List.of()));
        }
        if (cleaned.child(Namespaces.DELAY, "delay").isEmpty()) {
            cleaned = cleaned.with(Element.of(
                    Namespaces.DELAY,
                    "delay",
                    List.of(
                            new Attribute("", "from", server.domain().toString()),
                            new Attribute("", "stamp", received.toString())),
                    List.of()));
        }
        return cleaned;
    }

    private static Optional<Instant> delay(Element message) {
        return message.child(Namespaces.DELAY, "delay").flatMap(delay -> instant(delay.attribute("stamp")));
    }

    private static Optional<Instant> instant(String text) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MILLIS));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("no point in time: " + text, e);
        }
    }

    /** Stores those that do not wait already; returns how many, when they are durable. Of one owner: in the order of their ids. */
    int store(List<StoredMessage> chunk) throws StoreException {
        Map<Jid, List<StoredMessage>> byOwner = chunk.stream()
                .collect(Collectors.groupingBy(StoredMessage::owner, LinkedHashMap::new, Collectors.toList()));
        List<StoredMessage> rows = new ArrayList<>();
        for (Map.Entry<Jid, List<StoredMessage>> owned : byOwner.entrySet()) {
            rows.addAll(notThere(owned.getKey(), owned.getValue()));
        }
        Task.await(server.delivery().requeue(rows));
        if (server.spools() != null) {
            byOwner.keySet().forEach(server.spools()::arrived);
        }
        return rows.size();
    }

    private List<StoredMessage> notThere(Jid owner, List<StoredMessage> chunk) throws StoreException {
        long least = chunk.stream().mapToLong(StoredMessage::id).min().orElseThrow();
        long most = chunk.stream().mapToLong(StoredMessage::id).max().orElseThrow();
        Set<Long> there = new HashSet<>();
        for (long after = least - 1; after < most; ) {
            List<StoredMessage> page = Task.await(server.delivery().page(owner, after, ROWS, BYTES));
            if (page.isEmpty()) {
                break;
            }
            page.forEach(row -> there.add(row.id()));
            after = page.get(page.size() - 1).id();
        }
        return chunk.stream().filter(row -> !there.contains(row.id())).toList();
    }
}
