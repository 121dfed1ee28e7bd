package im.restante.itests.bench;

/** What a {@link Peer} is given, told on its reading thread: while a call lasts, nothing more is read. */
interface Receiver {
    /**
     * @param sender the first number at the head of the body
     * @param number the second
     */
    void message(int sender, int number);

    /** A message of type {@code error}. */
    void error();
}
