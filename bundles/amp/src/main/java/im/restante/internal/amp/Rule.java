package im.restante.internal.amp;

import im.restante.xml.Element;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;

/**
 * One {@code <rule/>} (XEP-0079 §6.2), valid or not.
 *
 * @param element as {@link #of} leaves it
 */
record Rule(Element element) {
    static final String ALERT = "alert";
    static final String DROP = "drop";
    static final String ERROR = "error";
    static final String NOTIFY = "notify";
    static final Set<String> ACTIONS = Set.of(ALERT, DROP, ERROR, NOTIFY);

    static final String DELIVER = "deliver";
    static final String EXPIRE_AT = "expire-at";
    static final String MATCH_RESOURCE = "match-resource";
    static final Set<String> CONDITIONS = Set.of(DELIVER, EXPIRE_AT, MATCH_RESOURCE);

    private static final Set<String> WAYS = Set.of("direct", "forward", "gateway", "none", "stored");
    private static final Set<String> NEVER = Set.of("forward", "gateway"); // this server does neither
    private static final Set<String> RESOURCES = Set.of("any", "exact", "other");

    /** What happens to a message, as far as conditions ask. */
    enum Happening {
        /** To the very resource that is addressed. */
        DIRECT_EXACT("direct", "any", "exact"),
        /** To a session, but the address names another resource or none. */
        DIRECT_OTHER("direct", "any", "other"),
        /** Into the spool of the very address: a bare one (XEP-0079 §3.3.3). */
        STORED_EXACT("stored", "any", "exact"),
        /** Into the spool, although a resource is addressed. */
        STORED_OTHER("stored", "any", "other"),
        /** Nowhere. */
        NONE("none", "other", "other");

        private final String way;
        private final Set<String> resources;

        Happening(String way, String one, String another) {
            this.way = way;
            this.resources = one.equals(another) ? Set.of(one) : Set.of(one, another);
        }

        boolean isStored() {
            return this == STORED_EXACT || this == STORED_OTHER;
        }
    }

    /** What a child of {@code <amp/>} says: its attributes and nothing else, so that it can be told back anywhere. */
    static Rule of(Element child) {
        Element.Builder plain = Element.builder(child.namespace(), child.name());
        for (String name : List.of("condition", "action", "value")) {
            plain.attribute(name, child.attribute(name));
        }
        return new Rule(plain.build());
    }

    private String attribute(String name) {
        String value = element.attribute(name);
        return value == null ? "" : value;
    }

    String action() {
        return attribute("action");
    }

    String condition() {
        return attribute("condition");
    }

    boolean hasKnownAction() {
        return ACTIONS.contains(action());
    }

    boolean hasKnownCondition() {
        return CONDITIONS.contains(condition());
    }

    /** Whether the value is one that the condition, a known one, can have. */
    boolean hasValidValue() {
        String value = attribute("value");
        return switch (condition()) {
            case DELIVER -> WAYS.contains(value);
            case MATCH_RESOURCE -> RESOURCES.contains(value);
            default -> time() != null;
        };
    }

    /** Whether the answer, or its absence, tells of the recipient's presence: everything but silence, if it can come at all. */
    boolean tellsOfPresence() {
        return !action().equals(DROP) && !(condition().equals(DELIVER) && NEVER.contains(attribute("value")));
    }

    /** Of an {@code expire-at}, as precise as a row; null if this is none, or its value no date and time in UTC (XEP-0082). */
    Instant time() {
        if (!condition().equals(EXPIRE_AT)) {
            return null;
        }
        try {
            OffsetDateTime time = OffsetDateTime.parse(attribute("value"));
            return time.getOffset().equals(ZoneOffset.UTC) ? time.toInstant().truncatedTo(ChronoUnit.MILLIS) : null;
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    boolean isPassed(Instant now) {
        Instant time = time();
        return time != null && !time.isAfter(now);
    }

    boolean isMet(Happening what, boolean perHop, Instant now) {
        String value = attribute("value");
        return switch (condition()) {
            case DELIVER -> value.equals(what.way);
            case MATCH_RESOURCE -> !perHop && what.resources.contains(value); // §3.3.3
            default -> isPassed(now);
        };
    }
}
