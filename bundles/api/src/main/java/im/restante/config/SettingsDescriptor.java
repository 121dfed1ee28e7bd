package im.restante.config;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What can be configured under one PID: every key with its type, its default, what it may be, and what it means. From it come the
 * check of values, the delivered {@code .cfg} file, the page of the documents and what consoles show (OSGi Metatype). Immutable.
 */
public final class SettingsDescriptor {
    private static final String HIDDEN = "...";
    private static final Pattern PASSWORD_INSIDE = Pattern.compile("(?i)(password=)[^&]*");

    private final String pid;
    private final String title;
    private final String description;
    private final Map<String, Key> keys;

    /** What a value is. */
    public enum Type {
        /** {@code true} or {@code false}. */
        FLAG,
        /** A decimal number without a fraction. */
        NUMBER,
        /** One of a few words. */
        CHOICE,
        /** Any text, which its reader may judge further. */
        TEXT,
        /** A text that is never shown. */
        SECRET
    }

    /**
     * One key.
     *
     * @param byDefault   the value where none is configured, as it would be written
     * @param min         of a number
     * @param max         of a number
     * @param apart       a number outside these bounds that is right, too, such as -1 for no limit; null: none
     * @param choices     the words there are; empty unless the type is {@link Type#CHOICE}
     * @param description one or more sentences for an operator; a line break in it is meant
     */
    public record Key(
            String name,
            Type type,
            String byDefault,
            long min,
            long max,
            @Nullable Long apart,
            List<String> choices,
            String description) {
        public Key {
            requireNonNull(name, "name");
            requireNonNull(type, "type");
            requireNonNull(byDefault, "byDefault");
            choices = List.copyOf(choices);
            requireNonNull(description, "description");
        }

        /** What would be right; ends the sentence "must be ...". */
        public String wanted() {
            return switch (type) {
                case FLAG -> "true or false";
                case NUMBER -> "a whole number " + bounds() + (apart == null ? "" : ", or " + apart);
                case CHOICE -> "one of " + String.join(", ", choices);
                case TEXT, SECRET -> "a text";
            };
        }

        private String bounds() {
            return "from " + min + (max == Long.MAX_VALUE ? " on" : " to " + max);
        }

        /** A value as it may be logged: without what is secret, also where a text has a password inside, such as a URL. */
        public String shown(String text) {
            return type == Type.SECRET && !text.isEmpty()
                    ? HIDDEN
                    : PASSWORD_INSIDE.matcher(text).replaceAll("$1" + HIDDEN);
        }

        /** Whether the type admits the text, which is trimmed and not empty. */
        boolean admits(String text) {
            return switch (type) {
                case FLAG -> text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false");
                case NUMBER -> {
                    try {
                        long number = Long.parseLong(text);
                        yield number >= min && number <= max || apart != null && number == apart;
                    } catch (NumberFormatException e) {
                        yield false;
                    }
                }
                case CHOICE -> choices.contains(text);
                case TEXT, SECRET -> true;
            };
        }
    }

    private SettingsDescriptor(Builder builder) {
        pid = builder.pid;
        title = builder.title;
        description = builder.description;
        keys = Collections.unmodifiableMap(new LinkedHashMap<>(builder.keys));
    }

    /**
     * Begins one.
     *
     * @param title       some words for a console
     * @param description what all these settings are about, one or more sentences
     */
    public static Builder of(String pid, String title, String description) {
        return new Builder(pid, title, description);
    }

    public String pid() {
        return pid;
    }

    public String title() {
        return title;
    }

    public String description() {
        return description;
    }

    /** In the order in which an operator should meet them. */
    public List<Key> keys() {
        return List.copyOf(keys.values());
    }

    /** @throws IllegalArgumentException if there is no such key, which is a mistake in the program */
    public Key key(String name) {
        Key key = keys.get(name);
        if (key == null) {
            throw new IllegalArgumentException(pid + " has no key " + name);
        }
        return key;
    }

    /**
     * The values for the reader of this PID, each of the right type. Keys that are not described are left out.
     *
     * @throws ConfigException for the first that is not
     */
    public Settings read(Map<String, ?> values) {
        Settings settings = new Settings(this, values);
        for (Key key : keys.values()) {
            if (!key.admits(settings.text(key.name()))) {
                throw settings.bad(key.name(), key.wanted());
            }
        }
        return settings;
    }

    /** One value as it is written, or the default; the others are not looked at, and nothing is refused. */
    public String textOf(String name, Map<String, ?> values) {
        return new Settings(this, values).text(name);
    }

    /**
     * What an operator should hear about keys that nothing reads: one sentence each, with the key that may have been meant.
     *
     * @param present the names that are configured
     */
    public List<String> unknown(Collection<String> present) {
        return present.stream()
                .filter(name -> !keys.containsKey(name))
                .sorted()
                .map(name -> "nothing here reads the key " + name
                        + nearest(name).map(near -> "; is " + near + " meant?").orElse(""))
                .toList();
    }

    /** The key that is written most like it, unless they have little in common. */
    private Optional<String> nearest(String name) {
        String best = null;
        int least = Math.max(2, name.length() / 3) + 1;
        for (String key : keys.keySet()) {
            int distance = distance(name.toLowerCase(Locale.ROOT), key);
            if (distance < least) {
                least = distance;
                best = key;
            }
        }
        return Optional.ofNullable(best);
    }

    /** How many letters must be put in, taken out or changed (Levenshtein). */
    private static int distance(String one, String other) {
        int[] before = new int[other.length() + 1];
        Arrays.setAll(before, i -> i);
        for (int i = 1; i <= one.length(); i++) {
            int[] row = new int[before.length];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int changed = before[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, 1 + Math.min(before[j], row[j - 1]));
            }
            before = row;
        }
        return before[other.length()];
    }

    /** Collects the keys of a descriptor, in the order in which an operator should meet them. */
    public static final class Builder {
        private final String pid;
        private final String title;
        private final String description;
        private final Map<String, Key> keys = new LinkedHashMap<>();

        private Builder(String pid, String title, String description) {
            this.pid = requireNonNull(pid, "pid");
            this.title = requireNonNull(title, "title");
            this.description = requireNonNull(description, "description");
        }

        /** A key that is {@code true} or {@code false}. */
        public Builder flag(String name, boolean byDefault, String meaning) {
            return add(name, Type.FLAG, Boolean.toString(byDefault), meaning);
        }

        /** A number from {@code min} to {@code max}; {@link Long#MAX_VALUE} says that there is no bound. */
        public Builder number(String name, long byDefault, long min, long max, String meaning) {
            return add(new Key(name, Type.NUMBER, Long.toString(byDefault), min, max, null, List.of(), meaning));
        }

        /** A number from {@code min} to {@code max}, or {@code apart}, which means something else. */
        public Builder numberOr(long apart, String name, long byDefault, long min, long max, String meaning) {
            return add(new Key(name, Type.NUMBER, Long.toString(byDefault), min, max, apart, List.of(), meaning));
        }

        /** One of an enum's names, written in lower case with dashes. */
        public <E extends Enum<E>> Builder choice(String name, E byDefault, String meaning) {
            List<String> words = Arrays.stream(byDefault.getDeclaringClass().getEnumConstants())
                    .map(Settings::word)
                    .toList();
            return add(new Key(name, Type.CHOICE, Settings.word(byDefault), 0, 0, null, words, meaning));
        }

        /** A text; an empty one is none, and the default. */
        public Builder text(String name, String byDefault, String meaning) {
            return add(name, Type.TEXT, byDefault, meaning);
        }

        /** A text that is never shown, such as a password; none by default. Its name begins with a dot, else DS publishes it. */
        public Builder secret(String name, String meaning) {
            if (!name.startsWith(".")) {
                throw new IllegalArgumentException(name + ": the name of a secret begins with a dot");
            }
            return add(name, Type.SECRET, "", meaning);
        }

        private Builder add(String name, Type type, String byDefault, String meaning) {
            return add(new Key(name, type, byDefault, 0, 0, null, List.of(), meaning));
        }

        private Builder add(Key key) {
            if (!key.byDefault().isEmpty() && !key.admits(key.byDefault())) {
                throw new IllegalArgumentException(key.name() + ": its default is not right: " + key.byDefault());
            }
            if (keys.putIfAbsent(key.name(), key) != null) {
                throw new IllegalArgumentException(key.name() + " is there twice");
            }
            return this;
        }

        public SettingsDescriptor build() {
            return new SettingsDescriptor(this);
        }
    }
}
