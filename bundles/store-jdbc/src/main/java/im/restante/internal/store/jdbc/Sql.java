package im.restante.internal.store.jdbc;

import im.restante.store.jdbc.Dialect;

/** Statements that are the same in every engine. Lists are ordered by (rcpt, id), as their index is, not by id alone: some planners would sort. */
final class Sql {
    static final String TOTALS = "SELECT coalesce(sum(messages),0),coalesce(max(floor),0) FROM om_partition";

    static final String FENCE = "UPDATE om_partition SET n=n+1 WHERE part=? AND epoch=?";
    static final String COUNT_UP = "UPDATE om_partition SET messages=messages+?,"
            + "floor=CASE WHEN floor<? THEN ? ELSE floor END WHERE part=?";
    static final String RAISE_OWN = "UPDATE om_partition SET epoch=epoch+1 WHERE part=? AND incarnation=?";
    static final String TAKE =
            "UPDATE om_partition SET epoch=epoch+1,node=?,incarnation=?,floor=CASE WHEN floor<? THEN ? ELSE floor END"
                    + " WHERE part=? AND incarnation=? AND epoch=?";
    static final String PARTITION = "SELECT node,incarnation,epoch,n,floor,owed FROM om_partition WHERE part=?";
    static final String NODE = "SELECT incarnation,address,renewed,fenced,ids_to FROM om_node WHERE node=?";
    static final String ADD_NODE =
            "INSERT INTO om_node(node,incarnation,address,version,renewed,fenced,ids_to) VALUES (?,?,?,?,1,0,0)";
    static final String REPLACE_NODE =
            "UPDATE om_node SET incarnation=?,address=?,version=?,renewed=renewed+1,fenced=0,ids_to=0"
                    + " WHERE node=? AND incarnation=? AND renewed=?";
    static final String RENEW =
            "UPDATE om_node SET renewed=renewed+1 WHERE node=? AND incarnation=? AND renewed=? AND fenced=0";
    static final String RESERVE =
            "UPDATE om_node SET ids_to=CASE WHEN ids_to<? THEN ? ELSE ids_to END WHERE node=? AND incarnation=?";
    static final String GIVE_BACK = "UPDATE om_node SET fenced=1 WHERE node=? AND incarnation=?";

    /** The stanza of a row of om_message: its own, or that of its copy. */
    private static final String STANZA = "CASE WHEN archived IS NULL THEN stanza ELSE"
            + " (SELECT a.stanza FROM ar_message a WHERE a.rcpt=om_message.rcpt AND a.id=om_message.id) END";

    /** How many bytes that has. */
    private static final String SIZE = "coalesce(archived,length(stanza))";

    private static final String MESSAGE =
            "SELECT id,rcpt,sender,stored,expires,kind,crc," + STANZA + " FROM om_message";

    static final String HAS_MESSAGE = "SELECT 1 FROM om_message WHERE id=? AND rcpt=?";
    static final String OLDEST_OF_PAIR =
            "SELECT id," + SIZE + " FROM om_message WHERE rcpt=? AND sender=? AND id>? ORDER BY rcpt,id LIMIT ?";
    static final String RETURNING_COUNTERS = " RETURNING rcpt,sender,n";
    static final String CHANGE_COUNTER = "UPDATE om_counter SET n=n+? WHERE rcpt=? AND sender=?";
    static final String DELETE_COUNTER = "DELETE FROM om_counter WHERE rcpt=? AND sender=? AND n<=?";
    static final String CHANGE_TOTAL = "UPDATE om_total SET n=n+?,bytes=bytes+? WHERE rcpt=?";
    static final String DELETE_TOTAL = "DELETE FROM om_total WHERE rcpt=? AND n<=?";
    static final String QUARANTINE = "INSERT INTO om_quarantine(id,rcpt,sender,stored,expires,kind,crc,stanza,reason)"
            + " SELECT id,rcpt,sender,stored,expires,kind,crc," + STANZA + ",? FROM om_message WHERE id=? AND rcpt=?";

    static final String COUNT_OWED = "UPDATE om_partition SET owed=? WHERE part=?";
    static final String OWED = "SELECT id,rcpt,sender,stored,expires,kind,crc,stanza,n FROM om_out"
            + " WHERE part=? AND n>? ORDER BY part,n LIMIT ?";
    static final String DECIDED = "SELECT decided FROM om_in WHERE part=? AND from_part=?";
    static final String DECIDE = "UPDATE om_in SET decided=? WHERE part=? AND from_part=?";
    static final String FIRST_DECIDED = "INSERT INTO om_in(decided,part,from_part) VALUES (?,?,?)";

    static final String PAGE = MESSAGE + " WHERE rcpt=? AND id>? ORDER BY rcpt,id LIMIT ?";
    static final String EXPIRED =
            MESSAGE + " WHERE expires<=? AND (expires>? OR (expires=? AND (id>? OR (id=? AND rcpt>?))))"
                    + " ORDER BY expires,id,rcpt LIMIT ?";
    static final String ADDRESS = "SELECT jid FROM om_user WHERE jid_h=?";
    static final String USAGE_OF_OWNER =
            "SELECT count(*),coalesce(sum(" + SIZE + "),0),min(stored) FROM om_message WHERE rcpt=?";
    static final String USAGE_OF_PAIR = "SELECT n FROM om_counter WHERE rcpt=? AND sender=?";
    static final String SENDERS = "SELECT sender,n FROM om_counter WHERE rcpt=? AND n>0 ORDER BY n DESC,sender LIMIT ?";
    static final String OWNERS = "SELECT jid FROM om_user WHERE jid>?"
            + " AND EXISTS(SELECT 1 FROM om_counter WHERE rcpt=om_user.jid_h AND n>0) ORDER BY jid LIMIT ?";
    static final String COUNT_OWNERS = "SELECT count(DISTINCT rcpt) FROM om_counter";
    static final String SUM_BYTES = "SELECT coalesce(sum(bytes),0) FROM om_total";
    static final String COUNT_QUARANTINE = "SELECT count(*) FROM om_quarantine";

    static final String FIND_USER = "SELECT uid FROM tig_users WHERE sha1_user_id=?";
    static final String INSERT_USER = "INSERT INTO tig_users(user_id,sha1_user_id) VALUES (?,?)";
    static final String DELETE_USER = "DELETE FROM tig_users WHERE uid=?";
    static final String USERS = "SELECT user_id FROM tig_users WHERE user_id>? ORDER BY user_id LIMIT ?";
    static final String FIND_ROOT = "SELECT nid FROM tig_nodes WHERE uid=? AND parent_nid IS NULL";
    static final String FIND_NODE = "SELECT nid FROM tig_nodes WHERE parent_nid=? AND node=?";
    static final String NODES =
            "SELECT nid,parent_nid,node,EXISTS(SELECT 1 FROM tig_pairs WHERE tig_pairs.nid=tig_nodes.nid)"
                    + " FROM tig_nodes WHERE uid=?";
    static final String INSERT_NODE = "INSERT INTO tig_nodes(parent_nid,uid,node) VALUES (?,?,?)";
    static final String DELETE_NODES = "DELETE FROM tig_nodes WHERE uid=?";
    static final String PAIRS = "SELECT pkey,pval FROM tig_pairs WHERE nid=?";
    static final String INSERT_PAIR = "INSERT INTO tig_pairs(nid,uid,pkey,pval) VALUES (?,?,?,?)";
    static final String DELETE_PAIR = "DELETE FROM tig_pairs WHERE nid=? AND pkey=?";
    static final String DELETE_PAIRS = "DELETE FROM tig_pairs WHERE uid=?";

    static final String NOTES =
            "SELECT n,from_jid,to_jid,note FROM us_out WHERE part=? AND n>? ORDER BY part,n LIMIT ?";
    static final String DECIDED_FOR_USER = "SELECT decided FROM us_in WHERE user_h=? AND from_part=?";
    static final String DECIDE_FOR_USER = "UPDATE us_in SET decided=? WHERE user_h=? AND from_part=?";
    static final String FIRST_DECIDED_FOR_USER = "INSERT INTO us_in(decided,user_h,from_part) VALUES (?,?,?)";

    private Sql() {}

    static String insertMessages(int rows) {
        return "INSERT INTO om_message(id,rcpt,sender,stored,expires,kind,crc,stanza,archived) VALUES "
                + Dialect.rows("(?,?,?,?,?,?,?,?,?)", rows);
    }

    static String insertOwed(int rows) {
        return "INSERT INTO om_out(id,rcpt,sender,stored,expires,kind,crc,stanza,part,n) VALUES "
                + Dialect.rows("(?,?,?,?,?,?,?,?,?,?)", rows);
    }

    static String insertNotes(int rows) {
        return "INSERT INTO us_out(part,n,from_jid,to_jid,note) VALUES " + Dialect.rows("(?,?,?,?,?)", rows);
    }

    static String deleteMessages(int rows) {
        return "DELETE FROM om_message WHERE rcpt=? AND id IN (" + Dialect.rows("?", rows) + ") RETURNING sender,"
                + SIZE;
    }

    // ---- archives

    static final String HAS_ARCHIVED = "SELECT 1 FROM ar_message WHERE id=? AND rcpt=?";
    static final String ARCHIVE_OWNERS = "SELECT jid FROM om_user WHERE jid>?"
            + " AND EXISTS(SELECT 1 FROM ar_message WHERE rcpt=om_user.jid_h) ORDER BY jid LIMIT ?";
    static final String ARCHIVED = "SELECT id,peer,resource,stored,crc,stanza FROM ar_message";
    static final String ARCHIVED_IDS = "SELECT id FROM ar_message";
    static final String ARCHIVE_USAGE = "SELECT count(*),coalesce(sum(size),0),min(stored) FROM ar_message";
    static final String QUARANTINE_ARCHIVED = "INSERT INTO om_quarantine(id,rcpt,sender,stored,crc,stanza,reason)"
            + " SELECT id,rcpt,peer,stored,crc,stanza,? FROM ar_message WHERE id=? AND rcpt=?";

    static String insertArchived(int rows) {
        return "INSERT INTO ar_message(id,rcpt,peer,resource,stored,size,crc,stanza) VALUES "
                + Dialect.rows("(?,?,?,?,?,?,?,?)", rows);
    }

    /** Gives messages that wait their own bytes back, before their copies are removed. */
    static String returnStanzas(int rows) {
        return "UPDATE om_message SET stanza=(SELECT a.stanza FROM ar_message a"
                + " WHERE a.rcpt=om_message.rcpt AND a.id=om_message.id),archived=NULL"
                + " WHERE rcpt=? AND archived IS NOT NULL AND id IN (" + Dialect.rows("?", rows) + ")";
    }

    static String deleteArchived(int rows) {
        return "DELETE FROM ar_message WHERE rcpt=? AND id IN (" + Dialect.rows("?", rows) + ")";
    }

    static String archived(int rows) {
        return ARCHIVED + " WHERE rcpt=? AND id IN (" + Dialect.rows("?", rows) + ") ORDER BY rcpt,id";
    }
}
