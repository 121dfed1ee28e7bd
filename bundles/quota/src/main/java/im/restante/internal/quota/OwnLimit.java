package im.restante.internal.quota;

import im.restante.internal.support.Lexical;
import im.restante.quota.UserLimits;
import java.util.OptionalInt;

/** How an owner's limit is kept: a decimal number, or {@code false} for none. */
final class OwnLimit {
    /** As a number; any negative one means the same. */
    static final int NONE = -1;

    private OwnLimit() {}

    static String write(int limit) {
        return limit < 0 ? UserLimits.NO_LIMIT : Integer.toString(limit);
    }

    /** Empty if it is neither a decimal number that fits an int nor {@code false}. */
    static OptionalInt read(String value) {
        String text = value.trim(); // other programs write these tables too
        if (text.equals(UserLimits.NO_LIMIT)) {
            return OptionalInt.of(NONE);
        }
        int limit = (int) Lexical.unsigned(text, Integer.MAX_VALUE);
        return limit < 0 ? OptionalInt.empty() : OptionalInt.of(limit);
    }
}
