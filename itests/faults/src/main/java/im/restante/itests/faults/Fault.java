package im.restante.itests.faults;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What can be done to it, and how often it is done in the short form. */
enum Fault {
    STORE_KILL(4) {
        @Override
        Scenario begin(boolean full) throws Exception {
            return new StoreKill(started(), full ? 50 : 10, false);
        }
    },
    PRESENT_KILL(2) {
        @Override
        Scenario begin(boolean full) throws Exception {
            Site site = Site.prepare();
            site.server().configure("im.restante.offline", "journal", "true").start();
            return new StoreKill(site, full ? 50 : 10, true);
        }
    },
    DRAIN_KILL(3) {
        @Override
        Scenario begin(boolean full) throws Exception {
            return new DrainKill(started());
        }
    },
    DRAIN_CUT(8) {
        @Override
        Scenario begin(boolean full) throws Exception {
            return new DrainCut(started());
        }
    },
    PAUSE(1) {
        @Override
        Scenario begin(boolean full) throws Exception {
            return new Pause(started());
        }
    },
    DISK_FULL(2) {
        @Override
        Scenario begin(boolean full) {
            return new DiskFull();
        }
    },
    DAMAGE(1) {
        @Override
        Scenario begin(boolean full) {
            return new Damage();
        }
    },
    REMOVAL_KILL(2) {
        @Override
        Scenario begin(boolean full) throws Exception {
            return new RemovalKill(started());
        }
    };

    private final int shortRounds;

    Fault(int shortRounds) {
        this.shortRounds = shortRounds;
    }

    int shortRounds() {
        return shortRounds;
    }

    /** @param full as many senders as the long form has */
    abstract Scenario begin(boolean full) throws Exception;

    /** As the command line has it. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Fault of(String word) {
        for (Fault fault : values()) {
            if (fault.word().equals(word)) {
                return fault;
            }
        }
        throw new IllegalArgumentException("unknown: " + word + "; there are "
                + List.of(values()).stream().map(Fault::word).collect(Collectors.joining(" ")));
    }

    private static Site started() throws Exception {
        Site site = Site.prepare();
        site.server().start();
        return site;
    }
}
