package im.restante.internal.tigase;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What an {@code init.properties} can say to this server: its name there, and the PID it belongs to here. */
enum TigaseSetting {
    STORE_LIMIT("store-limit", "im.restante.quota") {
        @Override
        Value read(String text) {
            if (!WHOLE.matcher(text).matches()) {
                throw new IllegalArgumentException(WANTED);
            }
            long number = Long.parseLong(text);
            if (number < Integer.MIN_VALUE || number > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(WANTED);
            }
            return number == 0
                    ? new Value("-1", "0 was no limit to the old server, so it is read as -1")
                    : Value.of(Long.toString(number));
        }
    },
    USER_STORE_LIMIT_ENABLE("user-store-limit-enable", "im.restante.quota") {
        @Override
        Value read(String text) {
            return flag(text);
        }
    },
    QUOTA_EXCEEDED("quota-exceeded", "im.restante.quota") {
        @Override
        Value read(String text) {
            if (text.isEmpty()) {
                throw new IllegalArgumentException("the name of a strategy: error, drop, drop-oldest or an added one");
            }
            return Value.of(text);
        }
    },
    MSG_STORE_OFFLINE_PATHS("msg-store-offline-paths", "im.restante.filter") {
        @Override
        Value read(String text) {
            return Value.of(text);
        }
    },
    MSG_OFFLINE("msg-offline", "im.restante.offline") {
        @Override
        Value read(String text) {
            return flag(text);
        }
    },
    /** Said by {@code --sm-plugins}, not by a key of its own. */
    AMP_ENABLED("enabled", "im.restante.amp") {
        @Override
        Value read(String text) {
            return flag(text);
        }
    };

    private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]{1,10}");
    private static final String WANTED =
            "a whole number from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE + ", negative for no limit";

    final String key;
    final String pid;

    TigaseSetting(String key, String pid) {
        this.key = key;
        this.pid = pid;
    }

    /**
     * The value as our configuration has it.
     *
     * @throws IllegalArgumentException whose message ends the sentence "must be ..."
     */
    abstract Value read(String text);

    /** The setting under {@code amp/} of that name. */
    static Optional<TigaseSetting> named(String name) {
        return Arrays.stream(values())
                .filter(setting -> setting != AMP_ENABLED && setting.key.equals(name))
                .findFirst();
    }

    private static Value flag(String text) {
        String word = text.toLowerCase(Locale.ROOT);
        if (!word.equals("true") && !word.equals("false")) {
            throw new IllegalArgumentException("true or false");
        }
        return Value.of(word);
    }

    /** @param notice what an operator should know about how it was read; null for nothing */
    record Value(String text, String notice) {
        static Value of(String text) {
            return new Value(text, null);
        }
    }
}
