package im.restante.internal.store.jdbc;

import im.restante.store.jdbc.Dialect;

/** Statements that are the same in every engine. Lists are ordered by (rcpt, id), as their index is, not by id alone: some planners would sort. */
final class Sql {
    static final String READ_STATE = "SELECT messages,largest_id FROM om_state WHERE node=0";
    static final String UPDATE_STATE = "UPDATE om_state SET messages=messages+?,"
            + "largest_id=CASE WHEN largest_id<? THEN ? ELSE largest_id END WHERE node=0";
    static final String HAS_MESSAGE = "SELECT 1 FROM om_message WHERE id=?";
    static final String OLDEST_OF_PAIR =
            "SELECT id FROM om_message WHERE rcpt=? AND sender=? AND id>? ORDER BY rcpt,id LIMIT ?";
    static final String CHANGE_COUNTER = "UPDATE om_counter SET n=n+? WHERE rcpt=? AND sender=?";
    static final String DELETE_EMPTY_COUNTER = "DELETE FROM om_counter WHERE rcpt=? AND sender=? AND n<=0";
    static final String QUARANTINE = "INSERT INTO om_quarantine(id,rcpt,sender,stored,expires,kind,crc,stanza,reason)"
            + " SELECT id,rcpt,sender,stored,expires,kind,crc,stanza,? FROM om_message WHERE id=?";

    static final String PAGE = "SELECT id,rcpt,sender,stored,expires,kind,crc,stanza FROM om_message"
            + " WHERE rcpt=? AND id>? ORDER BY rcpt,id LIMIT ?";
    static final String EXPIRED = "SELECT id,rcpt,sender,stored,expires,kind,crc,stanza FROM om_message"
            + " WHERE expires<=? AND (expires>? OR (expires=? AND id>?)) ORDER BY expires,id LIMIT ?";
    static final String ADDRESS = "SELECT jid FROM om_user WHERE jid_h=?";
    static final String USAGE_OF_OWNER =
            "SELECT count(*),coalesce(sum(length(stanza)),0),min(stored) FROM om_message WHERE rcpt=?";
    static final String USAGE_OF_PAIR = "SELECT n FROM om_counter WHERE rcpt=? AND sender=?";
    static final String SENDERS = "SELECT sender,n FROM om_counter WHERE rcpt=? AND n>0 ORDER BY n DESC,sender LIMIT ?";
    static final String OWNERS = "SELECT jid FROM om_user WHERE jid>?"
            + " AND EXISTS(SELECT 1 FROM om_counter WHERE rcpt=om_user.jid_h AND n>0) ORDER BY jid LIMIT ?";
    static final String COUNT_OWNERS = "SELECT count(DISTINCT rcpt) FROM om_counter";
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

    private Sql() {}

    static String insertMessages(int rows) {
        return "INSERT INTO om_message(id,rcpt,sender,stored,expires,kind,crc,stanza) VALUES "
                + Dialect.rows("(?,?,?,?,?,?,?,?)", rows);
    }

    static String deleteMessages(int rows) {
        return "DELETE FROM om_message WHERE rcpt=? AND id IN (" + Dialect.rows("?", rows) + ") RETURNING sender";
    }
}
