package im.restante.itests.faults;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What can be done to it, and how often it is done in the short form. */
enum Fault {
    STORE_KILL(4) {
        @Override
        Scenario begin(Terms terms) throws Exception {
            return new StoreKill(terms, StoreKill.Way.AWAY);
        }
    },
    PRESENT_KILL(2) {
        @Override
        Scenario begin(Terms terms) throws Exception {
            return new StoreKill(terms, StoreKill.Way.PRESENT);
        }
    },
    STORE_DATABASE_KILL(2) {
        @Override
        Scenario begin(Terms terms) throws Exception {
            return new StoreKill(terms, StoreKill.Way.DATABASE_ONLY);
        }
    },
    DRAIN_KILL(3) {
        @Override
        Scenario begin(Terms terms) throws Exception {
            return new DrainKill(terms);
        }
    },
    DRAIN_DATABASE_KILL(2) {
        @Override
        Scenario begin(Terms terms) throws Exception {
            return new DrainDatabaseKill(terms);
        }
    },
    DRAIN_CUT_PING(3) {
        @Override
        Scenario begin(Terms terms) throws Exception {
            return new DrainCut(terms, DrainCut.Way.PING);
        }
    },
    DRAIN_CUT_MANAGED(2) {
        @Override
        Scenario begin(Terms terms) throws Exception {
            return new DrainCut(terms, DrainCut.Way.MANAGED);
        }
    },
    DRAIN_CUT_RESUMED(2) {
        @Override
        Scenario begin(Terms terms) throws Exception {
            return new DrainCut(terms, DrainCut.Way.RESUMED);
        }
    },
    DRAIN_CUT_REFUSED(2) {
        @Override
        Scenario begin(Terms terms) throws Exception {
            return new DrainCut(terms, DrainCut.Way.REFUSED);
        }
    },
    PAUSE(1) {
        @Override
        Scenario begin(Terms terms) throws Exception {
            return new Pause(terms);
        }
    },
    EXPIRY_KILL(1) {
        @Override
        Scenario begin(Terms terms) throws Exception {
            return new ExpiryKill(terms);
        }
    },
    DISK_FULL(2) {
        @Override
        Scenario begin(Terms terms) {
            return new DiskFull(terms);
        }
    },
    DAMAGE(1) {
        @Override
        Scenario begin(Terms terms) {
            return new Damage(terms);
        }
    },
    REMOVAL_KILL(2) {
        @Override
        Scenario begin(Terms terms) throws Exception {
            return new RemovalKill(terms);
        }
    },
    STALL_LOCKED(1) {
        @Override
        Scenario begin(Terms terms) throws Exception {
            return new Stall(terms, Obstacle.Kind.LOCKED);
        }
    },
    STALL_FULL(1) {
        @Override
        Scenario begin(Terms terms) throws Exception {
            return new Stall(terms, Obstacle.Kind.FULL);
        }
    },
    STALL_READ_ONLY(1) {
        @Override
        Scenario begin(Terms terms) throws Exception {
            return new Stall(terms, Obstacle.Kind.READ_ONLY);
        }
    },
    STALL_FROZEN(1) {
        @Override
        Scenario begin(Terms terms) throws Exception {
            return new Stall(terms, Obstacle.Kind.FROZEN);
        }
    },
    STALL_GONE(1) {
        @Override
        Scenario begin(Terms terms) throws Exception {
            return new Stall(terms, Obstacle.Kind.GONE);
        }
    };

    /** Where a client or the server is cut off from proof that was on its way, so that messages come again. */
    private static final Set<Fault> DOUBLE = EnumSet.of(
            PRESENT_KILL,
            DRAIN_KILL,
            DRAIN_CUT_PING,
            DRAIN_CUT_MANAGED,
            DRAIN_CUT_RESUMED,
            DRAIN_CUT_REFUSED,
            EXPIRY_KILL);

    private static final Set<Fault> OF_A_DATABASE_SERVER =
            EnumSet.of(STORE_DATABASE_KILL, DRAIN_DATABASE_KILL, STALL_GONE);
    private static final Set<Fault> OF_A_FILE = EnumSet.of(DISK_FULL, DAMAGE, STALL_FULL);
    /** Each of them takes a minute and more in the long form, or needs more rights than others. */
    private static final Set<Fault> STALLS =
            EnumSet.of(STALL_LOCKED, STALL_FULL, STALL_READ_ONLY, STALL_FROZEN, STALL_GONE);

    private static final Set<Fault> SHORT_STALLS = EnumSet.of(STALL_LOCKED, STALL_FULL);

    private final int shortRounds;

    Fault(int shortRounds) {
        this.shortRounds = shortRounds;
    }

    int shortRounds() {
        return shortRounds;
    }

    abstract Scenario begin(Terms terms) throws Exception;

    /** Whether some messages may come twice; without proof the same are those that may be lost. */
    boolean mayDouble() {
        return DOUBLE.contains(this);
    }

    /** As the command line has it. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Those that make sense there. */
    static Set<Fault> on(Terms terms) {
        return EnumSet.complementOf(EnumSet.copyOf(terms.place().isFile() ? OF_A_DATABASE_SERVER : OF_A_FILE));
    }

    /** Those that are done when none is named: all but stalls, of which the short form has two on a file. */
    static Set<Fault> usual(Terms terms) {
        Set<Fault> usual = EnumSet.copyOf(on(terms));
        usual.removeAll(STALLS);
        if (!terms.full() && terms.place().isFile()) {
            usual.addAll(SHORT_STALLS);
        }
        return usual;
    }

    /** Those that a word of the command line names: one, or all that begin with it, as {@code drain-cut}. */
    static Set<Fault> of(String word) {
        Set<Fault> named = Arrays.stream(values())
                .filter(fault -> fault.word().equals(word) || fault.word().startsWith(word + "-"))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Fault.class)));
        if (named.isEmpty()) {
            throw new IllegalArgumentException("unknown: " + word + "; there are "
                    + List.of(values()).stream().map(Fault::word).collect(Collectors.joining(" ")));
        }
        return named;
    }
}
