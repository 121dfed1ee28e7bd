package im.restante.internal.standalone;

/** Who can be asked something that must not be seen when it is typed. */
@FunctionalInterface
interface Operator {
    /**
     * The answer; empty if there is none; null if nobody sits at a terminal.
     *
     * @throws Refusal if the terminal cannot take what was typed
     */
    String answer(String question) throws Refusal;
}
