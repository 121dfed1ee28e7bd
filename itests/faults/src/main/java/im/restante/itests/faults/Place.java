package im.restante.itests.faults;

import java.util.Arrays;
import java.util.Locale;

/** Where a server keeps accounts and messages. */
enum Place {
    /** In a file. */
    SQLITE("SQLite"),
    /** On a server of its own, which is started for it; so the next. */
    MARIADB("MariaDB"),
    POSTGRESQL("PostgreSQL");

    private final String title;

    Place(String title) {
        this.title = title;
    }

    boolean isFile() {
        return this == SQLITE;
    }

    /** The {@code store.id}. */
    String store() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if there is no such store */
    static Place of(String store) {
        return Arrays.stream(values())
                .filter(place -> place.store().equals(store))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("there is no store " + store));
    }

    /** For a report. */
    @Override
    public String toString() {
        return title;
    }
}
