package im.restante.internal.why;

import im.restante.internal.why.RecentMessages.Reach;
import im.restante.internal.why.Revisions.Revision;
import im.restante.jid.Jid;
import im.restante.message.HistoryEntry;
import im.restante.message.HistoryPage;
import im.restante.message.HistoryQuery;
import im.restante.message.MessageHistory;
import im.restante.message.StanzaIds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** What the rings hold, as data. Nothing is kept in an order or an index for it: asking is rare, and telling is not. */
@Component(service = MessageHistory.class)
public final class RingHistory implements MessageHistory {
    private static final Pattern STANZA_ID = Pattern.compile("[A-Za-z0-9_-]{22}"); // 16 bytes in base64url

    private final RecentMessages recent;
    private final Revisions revisions;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile StanzaIds stanzaIds;

    @Activate
    public RingHistory(@Reference RecentMessages recent, @Reference Revisions revisions) {
        this.recent = recent;
        this.revisions = revisions;
    }

    /** A message, however many entries there are about it. */
    private record Numbered(String owner, Long id) {}

    private record Found(Place place, Entry entry) {}

    private record Page(
            List<HistoryEntry> entries,
            int older,
            Optional<String> next,
            Instant deliveredSince,
            Instant spooledSince,
            Instant undeliveredSince,
            Configuration configuration)
            implements HistoryPage {}

    private record InForce(int revision, Instant since, Optional<String> pid, Optional<String> values)
            implements HistoryPage.Configuration {}

    /** @param ids null: nobody can compute stanza-ids */
    private record Told(Entry entry, StanzaIds ids) implements HistoryEntry {
        @Override
        public Instant at() {
            return Instant.ofEpochMilli(entry.millis());
        }

        @Override
        public Kind kind() {
            return entry.kind();
        }

        @Override
        public Jid owner() {
            return Jid.of(entry.owner());
        }

        @Override
        public Optional<Jid> sender() {
            return Optional.ofNullable(entry.sender()).map(Jid::of);
        }

        @Override
        public Optional<String> messageId() {
            return Optional.ofNullable(entry.messageId());
        }

        @Override
        public List<Long> arrivalIds() {
            return List.copyOf(entry.ids());
        }

        @Override
        public List<String> stanzaIds() {
            if (ids == null || entry.ids().isEmpty()) {
                return List.of();
            }
            Jid owner = owner();
            List<String> computed = new ArrayList<>(entry.ids().size());
            entry.ids().forEach(id -> computed.add(ids.stanzaId(owner, id)));
            return computed.stream().anyMatch(Objects::isNull) ? List.of() : Collections.unmodifiableList(computed);
        }

        @Override
        public Optional<String> reason() {
            return Optional.ofNullable(entry.reason());
        }

        @Override
        public int revision() {
            return entry.revision();
        }
    }

    @Override
    public HistoryPage find(HistoryQuery query) {
        Place before = query.before().map(Place::of).orElse(null);
        List<Found> found = found(query);
        found.removeIf(one -> before != null && one.place().compareTo(before) >= 0);
        found.sort(Comparator.comparing(Found::place).reversed());
        List<Found> page = found.subList(0, Math.min(query.max(), found.size()));
        int older = found.size() - page.size();
        StanzaIds ids = stanzaIds;
        Reach reach =
                recent.reach(query.account().filter(jid -> jid.local() != null).orElse(null));
        Revision now = revisions.current();
        return new Page(
                page.stream()
                        .<HistoryEntry>map(one -> new Told(one.entry(), ids))
                        .toList(),
                older,
                older == 0
                        ? Optional.empty()
                        : Optional.of(page.get(page.size() - 1).place().word()),
                reach.delivered(),
                reach.spooled(),
                reach.lost(),
                new InForce(
                        now.number(), now.since(), Optional.ofNullable(now.pid()), Optional.ofNullable(now.values())));
    }

    /** What the question hits, and whatever else became of the messages it hit. */
    private List<Found> found(HistoryQuery query) {
        Predicate<Entry> named = named(query);
        String stanzaId =
                query.stanzaId().filter(id -> STANZA_ID.matcher(id).matches()).orElse(null);
        Set<Numbered> messages = new HashSet<>();
        recent.forEach((place, entry) -> {
            if (named.test(entry)) {
                entry.ids().forEach(id -> messages.add(new Numbered(entry.owner(), id)));
            } else if (stanzaId != null) {
                entry.ids().stream()
                        .filter(id -> isStanzaId(entry.owner(), id, stanzaId))
                        .forEach(id -> messages.add(new Numbered(entry.owner(), id)));
            }
        });
        List<Found> found = new ArrayList<>();
        recent.forEach((place, entry) -> {
            if (named.test(entry)
                    || entry.ids().stream().anyMatch(id -> messages.contains(new Numbered(entry.owner(), id)))) {
                found.add(new Found(place, entry));
            }
        });
        return found;
    }

    private static Predicate<Entry> named(HistoryQuery query) {
        String account = query.account().map(Jid::toString).orElse(null);
        String id = query.messageId().map(RecentMessages::cut).orElse(null);
        return entry -> account != null && (account.equals(entry.owner()) || account.equals(entry.sender()))
                || id != null && id.equals(entry.messageId());
    }

    private boolean isStanzaId(String owner, long id, String asked) {
        StanzaIds present = stanzaIds;
        return present != null && present.isStanzaId(Jid.of(owner), id, asked);
    }
}
