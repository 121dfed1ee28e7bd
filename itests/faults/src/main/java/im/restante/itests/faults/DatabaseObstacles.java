package im.restante.itests.faults;

import im.restante.itests.faults.Obstacle.Kind;
import java.sql.Connection;

/** What keeps a database server from working. */
final class DatabaseObstacles {
    private DatabaseObstacles() {}

    static Obstacle of(Kind kind, Database database) {
        return switch (kind) {
            case LOCKED -> new Locked(database);
            case READ_ONLY -> new Switched(() -> database.readOnly(true), () -> database.readOnly(false));
            case FROZEN -> new Switched(() -> database.signal("STOP"), () -> database.signal("CONT"));
            case GONE -> new Switched(database::kill, database::start);
            case FULL -> throw new IllegalArgumentException("of a file only");
        };
    }

    /** One half of an obstacle. */
    @FunctionalInterface
    private interface Step {
        void run() throws Exception;
    }

    private record Switched(Step on, Step off) implements Obstacle {
        @Override
        public boolean begin() throws Exception {
            on.run();
            return true;
        }

        @Override
        public void end() throws Exception {
            off.run();
        }
    }

    private static final class Locked implements Obstacle {
        private final Database database;
        private Connection holder;

        Locked(Database database) {
            this.database = database;
        }

        @Override
        public boolean begin() throws Exception {
            holder = database.lockTables();
            return true;
        }

        @Override
        public void end() throws Exception {
            if (holder != null) {
                holder.close();
                holder = null;
            }
        }
    }
}
