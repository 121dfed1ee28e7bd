package im.restante.internal.store.jdbc;

import im.restante.account.Note;
import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.internal.store.jdbc.Operation.Change;
import im.restante.jid.Jid;
import im.restante.store.Fence;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Users and their values in {@code tig_users}, {@code tig_nodes} and {@code tig_pairs}. Every user has one node without a parent,
 * named {@code root}; a path is a chain of nodes below it.
 */
public final class UserTables {
    private static final String ROOT_NODE = "root";

    private UserTables() {}

    /** Result true: made; false: it was there. */
    public static Operation<Boolean> create(Jid user, Collection<Setting> settings, Fence fence) {
        List<Setting> values = List.copyOf(settings);
        return new Change<>(fence, size(values), change -> {
            SqlSession session = change.session();
            if (find(session, user).isPresent()) {
                return false;
            }
            PreparedStatement insert = session.prepare(Sql.INSERT_USER);
            insert.setString(1, user.toString());
            insert.setString(2, Key.sha1(user));
            insert.executeUpdate();
            long uid = find(session, user).orElseThrow();
            insertNode(session, uid, OptionalLong.empty(), ROOT_NODE);
            writeValues(session, uid, values);
            return true;
        });
    }

    /** Result false: there was none. */
    public static Operation<Boolean> remove(Jid user, List<Note> owed, Fence fence) {
        List<Note> left = List.copyOf(owed);
        return new Change<>(fence, sizeOf(left), change -> {
            SqlSession session = change.session();
            NoteRows notes = change.notes();
            OptionalLong uid = find(session, user);
            if (uid.isEmpty()) {
                return false;
            }
            for (String sql : List.of(Sql.DELETE_PAIRS, Sql.DELETE_NODES, Sql.DELETE_USER)) {
                PreparedStatement delete = session.prepare(sql);
                delete.setLong(1, uid.getAsLong());
                delete.executeUpdate();
            }
            notes.decideAll(user);
            notes.insert(left);
            return true;
        });
    }

    /** Result false: there is no such user. */
    public static Operation<Boolean> write(Jid user, Collection<Setting> settings, List<Note> owed, Fence fence) {
        List<Setting> values = List.copyOf(settings);
        List<Note> left = List.copyOf(owed);
        return new Change<>(fence, size(values) + sizeOf(left), change -> {
            SqlSession session = change.session();
            NoteRows notes = change.notes();
            OptionalLong uid = find(session, user);
            if (uid.isEmpty()) {
                return false;
            }
            writeValues(session, uid.getAsLong(), values);
            notes.insert(left);
            return true;
        });
    }

    /** Result false: there is no such user, or the number was decided before. */
    public static Operation<Boolean> takeNote(
            int from, long number, Jid user, Collection<Setting> settings, List<Note> owed, Fence fence) {
        List<Setting> values = List.copyOf(settings);
        List<Note> left = List.copyOf(owed);
        return new Change<>(fence, size(values) + sizeOf(left), change -> {
            SqlSession session = change.session();
            NoteRows notes = change.notes();
            OptionalLong uid = find(session, user);
            if (uid.isEmpty() || !notes.decide(user, from, number)) {
                return false;
            }
            writeValues(session, uid.getAsLong(), values);
            notes.insert(left);
            return true;
        });
    }

    private static long size(List<Setting> settings) {
        long size = 0;
        for (Setting setting : settings) {
            size += 128 + 2L * (setting.value() == null ? 0 : setting.value().length());
        }
        return size;
    }

    private static long sizeOf(List<Note> notes) {
        return notes.stream().mapToLong(note -> 512 + 2L * note.text().length()).sum();
    }

    private static void writeValues(SqlSession session, long uid, List<Setting> settings) throws SQLException {
        for (Setting setting : settings) {
            boolean remove = setting.value() == null;
            OptionalLong nid = node(session, uid, setting.node(), !remove);
            if (nid.isEmpty()) {
                continue;
            }
            PreparedStatement delete = session.prepare(Sql.DELETE_PAIR);
            delete.setLong(1, nid.getAsLong());
            delete.setString(2, setting.key());
            delete.executeUpdate();
            if (!remove) {
                PreparedStatement insert = session.prepare(Sql.INSERT_PAIR);
                insert.setLong(1, nid.getAsLong());
                insert.setLong(2, uid);
                insert.setString(3, setting.key());
                insert.setString(4, setting.value());
                insert.executeUpdate();
            }
        }
    }

    public static boolean exists(SqlSession session, Jid user) throws SQLException {
        return find(session, user).isPresent();
    }

    public static List<Jid> users(SqlSession session, Jid after, int max) throws SQLException {
        PreparedStatement query = session.prepare(Sql.USERS);
        query.setString(1, after == null ? "" : after.toString());
        query.setInt(2, Math.max(0, max));
        List<Jid> users = new ArrayList<>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                users.add(Jid.of(row.getString(1)));
            }
        }
        return users;
    }

    /** Paths of the nodes that have values. */
    public static List<String> nodes(SqlSession session, Jid user) throws SQLException {
        OptionalLong uid = find(session, user);
        if (uid.isEmpty()) {
            return List.of();
        }
        PreparedStatement query = session.prepare(Sql.NODES);
        query.setLong(1, uid.getAsLong());
        Map<Long, List<Node>> children = new HashMap<>();
        List<Node> roots = new ArrayList<>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                long nid = row.getLong(1);
                long parent = row.getLong(2);
                boolean isRoot = row.wasNull();
                Node node = new Node(nid, isRoot ? UserRepository.ROOT : row.getString(3), row.getBoolean(4));
                (isRoot ? roots : children.computeIfAbsent(parent, p -> new ArrayList<>())).add(node);
            }
        }
        List<String> paths = new ArrayList<>();
        Deque<Node> open = new ArrayDeque<>(roots);
        for (Node node = open.poll(); node != null; node = open.poll()) {
            if (node.hasValues()) {
                paths.add(node.path());
            }
            for (Node child : children.getOrDefault(node.nid(), List.of())) {
                String path = node.path().isEmpty() ? child.path() : node.path() + '/' + child.path();
                open.add(new Node(child.nid(), path, child.hasValues()));
            }
        }
        return paths;
    }

    /** @param path its name alone until its parents are known */
    private record Node(long nid, String path, boolean hasValues) {}

    public static Map<String, String> values(SqlSession session, Jid user, String path) throws SQLException {
        OptionalLong uid = find(session, user);
        OptionalLong nid = uid.isEmpty() ? uid : node(session, uid.getAsLong(), path, false);
        Map<String, String> values = new LinkedHashMap<>();
        if (nid.isPresent()) {
            PreparedStatement query = session.prepare(Sql.PAIRS);
            query.setLong(1, nid.getAsLong());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    String value = row.getString(2);
                    if (value != null) { // another program may write one; here null means absent
                        values.put(row.getString(1), value);
                    }
                }
            }
        }
        return values;
    }

    private static OptionalLong find(SqlSession session, Jid user) throws SQLException {
        PreparedStatement query = session.prepare(Sql.FIND_USER);
        query.setString(1, Key.sha1(user));
        return number(query);
    }

    /** The node at the end of a path; with {@code make} every part that is missing is made. */
    private static OptionalLong node(SqlSession session, long uid, String path, boolean make) throws SQLException {
        PreparedStatement root = session.prepare(Sql.FIND_ROOT);
        root.setLong(1, uid);
        OptionalLong at = number(root);
        if (at.isEmpty() && make) {
            insertNode(session, uid, OptionalLong.empty(), ROOT_NODE);
            at = number(root);
        }
        for (String name : path.split("/")) {
            if (name.isEmpty()) { // the root itself, or a doubled slash
                continue;
            }
            if (at.isEmpty()) {
                return at;
            }
            OptionalLong parent = at;
            PreparedStatement query = session.prepare(Sql.FIND_NODE);
            query.setLong(1, parent.getAsLong());
            query.setString(2, name);
            at = number(query);
            if (at.isEmpty() && make) {
                insertNode(session, uid, parent, name);
                at = number(query);
            }
        }
        return at;
    }

    private static void insertNode(SqlSession session, long uid, OptionalLong parent, String name) throws SQLException {
        PreparedStatement insert = session.prepare(Sql.INSERT_NODE);
        if (parent.isPresent()) {
            insert.setLong(1, parent.getAsLong());
        } else {
            insert.setNull(1, Types.BIGINT);
        }
        insert.setLong(2, uid);
        insert.setString(3, name);
        insert.executeUpdate();
    }

    private static OptionalLong number(PreparedStatement query) throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
        }
    }
}
