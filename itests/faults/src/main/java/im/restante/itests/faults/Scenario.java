package im.restante.itests.faults;

import java.util.Random;

/** One kind of fault, tried again and again. */
interface Scenario extends AutoCloseable {
    /**
     * Does it once.
     *
     * @throws AssertionError if the server does what no count can say: ends, hangs, tells nothing
     */
    Ledger.Count round(Random random) throws Exception;

    /** What the last round measured of a store that was kept from working. */
    default Stalls stalls() {
        return Stalls.NONE;
    }

    /** What is worth knowing of the rounds so far, besides the counts. */
    default String remark() {
        return "";
    }

    @Override
    void close();
}
