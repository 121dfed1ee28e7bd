package im.restante.internal.support;

import java.util.function.Function;
import java.util.function.Supplier;

/** Asks a service that may be replaced while it is asked. */
public final class Successors {
    private Successors() {}

    /**
     * The answer of {@code service}. If it throws and is not in use any more, the failure is taken for that of a service that goes, and
     * its successor is asked the same, on the same thread. So the question may be asked several times: it must change nothing.
     *
     * @param service  asked first
     * @param inUse    the service in use at this moment; null while there is none
     * @param question throws what the service throws
     * @param without  the answer if there is no successor
     * @throws RuntimeException or LinkageError, as the service in use has thrown it
     */
    public static <S, T> T ask(
            S service, Supplier<? extends S> inUse, Function<? super S, ? extends T> question, T without) {
        S asked = service;
        while (true) {
            try {
                return question.apply(asked);
            } catch (RuntimeException | LinkageError e) { // the latter of a bundle whose classes are gone
                S next = inUse.get();
                if (next == asked) {
                    throw e;
                } else if (next == null) {
                    return without;
                }
                asked = next;
            }
        }
    }
}
