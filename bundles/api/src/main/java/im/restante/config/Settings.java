package im.restante.config;

import static java.util.Objects.requireNonNull;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The values of one PID, read strictly: a missing or blank value is the default, a bad one a {@link ConfigException}. Values may
 * be text, as in a {@code .cfg} file, or typed, as a program may set them.
 */
public final class Settings {
    /** Framework or system property: the folder that relative paths start from. Without it: the working directory. */
    public static final String HOME = "restante.home";

    private final String pid;
    private final Map<String, ?> values;

    private Settings(String pid, Map<String, ?> values) {
        this.pid = requireNonNull(pid, "pid");
        this.values = requireNonNull(values, "values");
    }

    public static Settings of(String pid, Map<String, ?> values) {
        return new Settings(pid, values);
    }

    /** Trimmed text. */
    public String text(String key, String byDefault) {
        Object value = values.get(key);
        String text = value == null ? "" : value.toString().trim();
        return text.isEmpty() ? byDefault : text;
    }

    /** {@code true} or {@code false}. */
    public boolean flag(String key, boolean byDefault) {
        String text = text(key, Boolean.toString(byDefault)).toLowerCase(Locale.ROOT);
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw bad(key, "true or false");
        };
    }

    /** A decimal number from {@code min} to {@code max}. */
    public int integer(String key, int byDefault, int min, int max) {
        return (int) wholeNumber(key, byDefault, min, max);
    }

    /** A decimal number from {@code min} to {@code max}, which may need a {@code long}. */
    public long wholeNumber(String key, long byDefault, long min, long max) {
        String text = text(key, Long.toString(byDefault));
        try {
            long number = Long.parseLong(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below, together with the range
        }
        throw bad(key, "a whole number from " + min + " to " + max);
    }

    /** One of an enum's names, written in lower case with dashes. */
    public <E extends Enum<E>> E choice(String key, E byDefault) {
        String text = text(key, word(byDefault));
        for (E candidate : byDefault.getDeclaringClass().getEnumConstants()) {
            if (word(candidate).equals(text)) {
                return candidate;
            }
        }
        throw bad(
                key,
                "one of "
                        + Arrays.stream(byDefault.getDeclaringClass().getEnumConstants())
                                .map(Settings::word)
                                .collect(Collectors.joining(", ")));
    }

    /**
     * A path, absolute and normalized.
     *
     * @param home where a relative one starts from: the value of {@link #HOME}; null for the working directory
     */
    public Path path(String key, String byDefault, @Nullable String home) {
        try {
            return Path.of(home == null ? "" : home)
                    .resolve(text(key, byDefault))
                    .toAbsolutePath()
                    .normalize();
        } catch (InvalidPathException e) {
            throw bad(key, "a path");
        }
    }

    /** The exception for a value that only its reader can judge; {@code wanted} ends the sentence "must be ...". */
    public ConfigException bad(String key, String wanted) {
        return new ConfigException(pid, key, values.get(key), wanted);
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
