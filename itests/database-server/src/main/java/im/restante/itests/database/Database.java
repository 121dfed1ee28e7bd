package im.restante.itests.database;

/**
 * A database with a user who has the least rights the store needs.
 *
 * @param url without user and password
 */
public record Database(String name, String url, String user, String password) {}
