package im.restante.itests.faults;

/** Something that keeps a server's store from working, for a while. Not for several threads. */
interface Obstacle {
    /** How. */
    enum Kind {
        /** Another program has a lock that it does not give back. */
        LOCKED,
        /** Nothing may be written. */
        READ_ONLY,
        /** There is no room left. Of a file only. */
        FULL,
        /** What is asked for is not refused, but does not end. */
        FROZEN,
        /** The database server has ended. Not of a file. */
        GONE
    }

    /**
     * For a server that is not yet started: it may be told to keep its file in another place.
     *
     * @throws java.io.IOException if the rights do not suffice, or a program is missing
     */
    static Obstacle prepare(Kind kind, Site site) throws Exception {
        return site.database() != null ? DatabaseObstacles.of(kind, site.database()) : FileObstacles.of(kind, site);
    }

    /** To be called when what is to wait is stored, and nobody is logged in yet. */
    default void ready() throws Exception {}

    /** Gives false if the server does not let it happen, as with a file that it keeps for itself. */
    boolean begin() throws Exception;

    /** Harmless if it has not begun or has ended. When it returns the store could work again. */
    void end() throws Exception;

    /** Leaves nothing behind. To be called when the server has ended. */
    default void remove() throws Exception {}
}
