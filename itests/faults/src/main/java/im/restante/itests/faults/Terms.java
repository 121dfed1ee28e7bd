package im.restante.itests.faults;

/**
 * What kind of server the harm is done to.
 *
 * @param full    with as many senders and messages as the long form has
 * @param proof   whether a message must stay until its delivery is proved; else the server takes what it wrote for delivered, and a
 *                drain that is cut may lose some
 * @param mariaDb whether it keeps everything on a MariaDB server, which is started for it, instead of in a file
 */
record Terms(boolean full, boolean proof, boolean mariaDb) {
    /** Not started yet. */
    Site prepared() throws Exception {
        Site site = mariaDb ? Site.onMariaDb() : Site.prepare();
        if (!proof) {
            site.server().configure("im.restante.offline", "proof", "write");
        }
        return site;
    }

    Site started() throws Exception {
        Site site = prepared();
        site.start();
        return site;
    }
}
