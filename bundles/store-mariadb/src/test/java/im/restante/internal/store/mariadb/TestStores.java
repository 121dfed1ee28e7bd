package im.restante.internal.store.mariadb;

import im.restante.itests.database.Database;
import im.restante.store.jdbc.SqlStore;
import java.util.HashMap;
import java.util.Map;

/** Stores on the databases of a test server, configured as an operator would. */
final class TestStores {
    private TestStores() {}

    static Map<String, Object> properties(Database database) {
        return new HashMap<>(Map.of("url", database.url(), "user", database.user(), ".password", database.password()));
    }

    static MariaDbSettings settings(Database database) {
        return MariaDbSettings.of(properties(database)).orElseThrow();
    }

    /** Not yet started. */
    static SqlStore store(Database database) {
        return ConfiguredMariaDb.store(settings(database));
    }
}
