package im.restante.internal.limits;

/** So many a minute, and a minute's worth at once after a minute of nothing. Not safe for concurrent use. */
final class MinuteRate {
    private static final long MINUTE = 60_000_000_000L;

    /** When all that was taken will have been made up for. */
    private long evenAt;

    MinuteRate(long now) {
        evenAt = now;
    }

    /** @return nanoseconds until one more may be taken; 0 or less: at once */
    long pause(long now, int perMinute) {
        return later(now) + MINUTE / perMinute - now - MINUTE;
    }

    void take(long now, int perMinute) {
        evenAt = later(now) + MINUTE / perMinute;
    }

    void giveBack(int perMinute) {
        evenAt -= MINUTE / perMinute;
    }

    /** Whether it is as if nothing had ever been taken. */
    boolean isEven(long now) {
        return evenAt - now <= 0;
    }

    private long later(long now) {
        return evenAt - now > 0 ? evenAt : now;
    }
}
