package im.restante.itests.fuzz;

/** What must hold whatever comes in. */
public final class Demand {
    private Demand() {}

    public static void that(boolean holds, String orElse) {
        that(holds, orElse, null);
    }

    /** @param cause null for none */
    public static void that(boolean holds, String orElse, Throwable cause) {
        if (!holds) {
            throw new AssertionError(orElse, cause);
        }
    }
}
