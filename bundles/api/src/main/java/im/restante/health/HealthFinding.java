package im.restante.health;

import static java.util.Objects.requireNonNull;

/**
 * Something that is wrong. Made by {@link #notReady} and {@link #warning}.
 *
 * @param level how bad it is
 * @param text  what is wrong and what to do, for an operator; nothing of a user's
 */
public record HealthFinding(Level level, String text) {
    /** How bad a finding is. */
    public enum Level {
        /** It works, but will not go on so: a person should look. */
        WARNING,
        /** Some or all users are not served. */
        NOT_READY
    }

    public HealthFinding {
        requireNonNull(level, "level");
        requireNonNull(text, "text");
    }

    /** Some or all users are not served. */
    public static HealthFinding notReady(String text) {
        return new HealthFinding(Level.NOT_READY, text);
    }

    /** It works, but will not go on so. */
    public static HealthFinding warning(String text) {
        return new HealthFinding(Level.WARNING, text);
    }
}
