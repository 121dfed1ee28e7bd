package im.restante.internal.store.jdbc;

import im.restante.store.jdbc.Dialect;

/** Where stands what this partition owes others, by numbers of one count ({@link OwedRows}). */
public enum OwedTable {
    MESSAGES(
            "om_out", "id,rcpt,sender,stored,expires,kind,crc,stanza", "id,rcpt,sender,stored,expires,kind,crc,stanza"),
    NOTES("us_out", "id,stanza", "n,note");

    private final String table;
    private final String quarantine;

    /**
     * @param kept columns of {@code om_quarantine} for a row that cannot be read
     * @param from what of the row goes there
     */
    OwedTable(String table, String kept, String from) {
        this.table = table;
        this.quarantine = "INSERT INTO om_quarantine(" + kept + ",reason) SELECT " + from + ",? FROM " + table
                + " WHERE part=? AND n=?";
    }

    /** Parameters: why, partition, number. */
    String quarantine() {
        return quarantine;
    }

    /** Parameters: partition, numbers. */
    String delete(int rows) {
        return "DELETE FROM " + table + " WHERE part=? AND n IN (" + Dialect.rows("?", rows) + ")";
    }
}
