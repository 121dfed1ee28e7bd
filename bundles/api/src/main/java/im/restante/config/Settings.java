package im.restante.config;

import static java.util.Objects.requireNonNull;

import im.restante.config.SettingsDescriptor.Type;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The values of one PID, as {@link SettingsDescriptor#read} has found them right: a missing or blank value is the default. Values may
 * have been text, as in a {@code .cfg} file, or typed, as a program may set them. To ask for a key that is not described, or as
 * another type than it has, is a mistake in the program ({@link IllegalArgumentException}).
 */
public final class Settings {
    /** Framework or system property: the folder that relative paths start from; see {@link #home}. */
    public static final String HOME = "restante.home";

    private static final String KARAF = "karaf.base";

    private final SettingsDescriptor descriptor;
    private final Map<String, ?> values;

    Settings(SettingsDescriptor descriptor, Map<String, ?> values) {
        this.descriptor = descriptor;
        this.values = requireNonNull(values, "values");
    }

    /**
     * The folder that relative paths start from: the property {@link #HOME}; without it {@code restante} in the folder of Karaf, whose
     * own {@code data} a {@code bin/karaf clean} empties; outside of Karaf null, which is the working directory.
     *
     * @param properties of the framework: {@code BundleContext.getProperty}
     */
    public static @Nullable String home(Function<String, @Nullable String> properties) {
        String home = properties.apply(HOME);
        if (home != null) {
            return home;
        }
        String karaf = properties.apply(KARAF);
        return karaf == null ? null : Path.of(karaf, "restante").toString();
    }

    /** A value as it is written, trimmed. */
    public String text(String key) {
        Object value = values.get(key);
        String text = value == null ? "" : value.toString().trim();
        return text.isEmpty() ? descriptor.key(key).byDefault() : text;
    }

    /** {@code true} or {@code false}. */
    public boolean flag(String key) {
        return Boolean.parseBoolean(text(key, Type.FLAG));
    }

    /** A number whose bounds an {@code int} holds. */
    public int integer(String key) {
        long number = number(key);
        if (number != (int) number) {
            throw new IllegalArgumentException(key + " may be more than an int holds");
        }
        return (int) number;
    }

    public long number(String key) {
        return Long.parseLong(text(key, Type.NUMBER));
    }

    /** One of the names of the enum that the key was described with. */
    public <E extends Enum<E>> E choice(String key, Class<E> type) {
        String text = text(key, Type.CHOICE);
        return Arrays.stream(type.getEnumConstants())
                .filter(candidate -> word(candidate).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(key + " is no " + type.getSimpleName()));
    }

    /**
     * A path, absolute and normalized.
     *
     * @param home where a relative one starts from: {@link #home}; null for the working directory
     * @throws ConfigException if it cannot be one here
     */
    public Path path(String key, @Nullable String home) {
        try {
            return Path.of(home == null ? "" : home)
                    .resolve(text(key))
                    .toAbsolutePath()
                    .normalize();
        } catch (InvalidPathException e) {
            throw bad(key, "a path");
        }
    }

    /** The exception for a value that only its reader can judge; {@code wanted} ends the sentence "must be ...". */
    public ConfigException bad(String key, String wanted) {
        Object value = values.get(key);
        String shown = value == null ? null : descriptor.key(key).shown(value.toString());
        return new ConfigException(descriptor.pid(), key, shown, wanted);
    }

    private String text(String key, Type type) {
        if (descriptor.key(key).type() != type) {
            throw new IllegalArgumentException(
                    key + " is a " + descriptor.key(key).type() + ", not a " + type);
        }
        return text(key);
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
