package im.restante.internal.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.Note;
import im.restante.account.OwedNote;
import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.itests.support.MemoryRepository;
import im.restante.jid.Jid;
import im.restante.migration.Job;
import im.restante.move.UserRepositories;
import im.restante.store.Fence;
import im.restante.store.StoreException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UserMigrationsTest {
    private static final Jid ROMEO = Jid.of("romeo@example.org");
    private static final Jid DOMAIN = Jid.of("example.org");

    private final MemoryRepository old = new MemoryRepository();
    private MemoryRepository young = new MemoryRepository();
    private final Map<String, UserRepository> repositories = new TreeMap<>();
    private volatile String inUse = "old";
    private final UserMigrations migrations = new UserMigrations(
            new UserRepositories() {
                @Override
                public List<String> names() {
                    return List.copyOf(repositories.keySet());
                }

                @Override
                public Optional<UserRepository> find(String name) {
                    return Optional.ofNullable(repositories.get(name));
                }

                @Override
                public boolean isInUse(UserRepository repository) {
                    return repositories.get(inUse) == repository;
                }
            },
            owner -> Fence.HERE);

    @BeforeEach
    void present() {
        old.create(
                ROMEO,
                List.of(
                        new Setting("credentials", "SCRAM-SHA-1", "s"),
                        new Setting("roster", "juliet@example.org", "<item/>"),
                        new Setting("deep/er", "k", "v")),
                Fence.HERE);
        old.create(DOMAIN, List.of(new Setting("server", "stanza-id-key", "secret")), Fence.HERE);
        for (int i = 0; i < 100; i++) {
            old.create(Jid.of("user" + i + "@example.org"), List.of(new Setting("n", "k", "v" + i)), Fence.HERE);
        }
        repositories.put("old", old);
        repositories.put("young", young);
    }

    private List<String> copy() throws Exception {
        Job work = migrations.start("old", "young");
        work.end().toCompletableFuture().get(30, TimeUnit.SECONDS);
        return work.report();
    }

    @Test
    void copiesEverythingOfEverybodyTheServersOwnRecordToo() throws Exception {
        List<String> report = copy();
        assertEquals(old.users, young.users);
        assertEquals("102 accounts copied from old to young, 0 brought up to date, 0 the same already", report.get(0));
        assertTrue(report.get(1).endsWith(", equal"), report::toString);
        assertTrue(report.get(3).contains("set user-store=young in im.restante.accounts"), report::toString);
    }

    @Test
    void aSecondRunCatchesUpWithWhatWasChangedMeanwhile() throws Exception {
        copy();
        old.write(
                ROMEO,
                List.of(
                        new Setting("roster", "juliet@example.org", null),
                        new Setting("roster", "nurse@example.org", "<item/>"),
                        new Setting("credentials", "SCRAM-SHA-1", "t")),
                Fence.HERE);
        List<String> report = copy();
        assertEquals("0 accounts copied from old to young, 1 brought up to date, 101 the same already", report.get(0));
        assertEquals(
                Map.of("nurse@example.org", "<item/>"), young.users.get(ROMEO).get("roster"));
        assertEquals("t", young.users.get(ROMEO).get("credentials").get("SCRAM-SHA-1"));
    }

    @Test
    void whatIsInUseIsNotOverwrittenWithWhatWasBefore() throws Exception {
        copy();
        inUse = "young";
        young.write(ROMEO, List.of(new Setting("credentials", "SCRAM-SHA-1", "newer")), Fence.HERE);
        old.create(Jid.of("late@example.org"), List.of(), Fence.HERE);
        List<String> report = copy();
        assertEquals("1 accounts copied from old to young, 0 brought up to date, 101 the same already", report.get(0));
        assertEquals("1 accounts differ and were left as they are in young, which is in use", report.get(2));
        assertEquals("newer", young.users.get(ROMEO).get("credentials").get("SCRAM-SHA-1"));
        assertEquals("the accounts in old are as they were", report.get(report.size() - 1));
    }

    @Test
    void whatIsOwedIsCarriedOutBeforeAndCopiedToo() throws Exception {
        Jid juliet = Jid.of("juliet@example.org");
        AtomicInteger asked = new AtomicInteger();
        MemoryRepository carried = new MemoryRepository() {
            @Override
            public synchronized CompletionStage<List<OwedNote>> owedNotes(int part, long after, int rows, long bytes) {
                CompletionStage<List<OwedNote>> owed = super.owedNotes(part, after, rows, bytes);
                if (asked.incrementAndGet() == 3) { // as whoever carries does it, at the same time
                    takeNote(0, 1, juliet, List.of(new Setting("roster", "k", "carried")), List.of(), Fence.HERE);
                    forgetNotes(List.of(1L), Fence.HERE);
                }
                return owed;
            }
        };
        carried.create(ROMEO, List.of(), Fence.HERE);
        carried.create(juliet, List.of(), Fence.HERE);
        carried.write(ROMEO, List.of(), List.of(new Note(ROMEO, juliet, "text")), Fence.HERE);
        repositories.put("old", carried);
        List<String> report = copy();
        assertEquals(Map.of("k", "carried"), young.users.get(juliet).get("roster"));
        assertTrue(report.stream().noneMatch(line -> line.contains("owe")), report::toString);
        assertEquals(carried.users, young.users);
    }

    @Test
    void whatNobodyCarriesOutIsSaid() throws Exception {
        old.write(ROMEO, List.of(), List.of(new Note(ROMEO, DOMAIN, "text")), Fence.HERE);
        inUse = "young";
        List<String> report = copy();
        assertTrue(
                report.stream()
                        .anyMatch(line -> line.startsWith("some accounts in old still owe others")
                                && line.endsWith("only while user-store=old")),
                report::toString);
    }

    @Test
    void whereverItBreaksOffTheNextRunFinishes() throws Exception {
        int crashes = 0;
        boolean crashed = true;
        for (int fatal = 1; crashed; fatal += 7) {
            AtomicInteger left = new AtomicInteger(fatal);
            young = new MemoryRepository() {
                @Override
                public CompletionStage<Boolean> exists(Jid user) {
                    return left.decrementAndGet() <= 0 ? dead() : super.exists(user);
                }

                @Override
                public CompletionStage<Boolean> create(Jid user, java.util.Collection<Setting> settings, Fence fence) {
                    return left.decrementAndGet() <= 0 ? dead() : super.create(user, settings, fence);
                }

                private <T> CompletionStage<T> dead() {
                    return CompletableFuture.failedFuture(new StoreException("the process has died"));
                }
            };
            repositories.put("young", young);
            try {
                copy();
                crashed = false;
            } catch (ExecutionException e) {
                assertEquals("the process has died", e.getCause().getMessage());
                crashes++;
            }
            left.set(Integer.MAX_VALUE);
            copy();
            assertEquals(old.users, young.users, "broken off at call " + fatal);
        }
        assertTrue(crashes > 20, "broke off " + crashes + " times");
    }

    @Test
    void aRepositoryThatThrowsOrAnswersNullBreaksItOffWithASentence() {
        repositories.put("old", new MemoryRepository() {
            @Override
            public CompletionStage<List<Jid>> users(Jid after, int max) {
                throw new IllegalStateException("made up");
            }
        });
        assertEquals(
                "the user repository failed: java.lang.IllegalStateException: made up",
                assertThrows(ExecutionException.class, this::copy).getCause().getMessage());
        repositories.put("old", new MemoryRepository() {
            @Override
            public CompletionStage<List<Jid>> users(Jid after, int max) {
                return CompletableFuture.completedFuture(null);
            }
        });
        assertEquals(
                "the user repository answered nothing",
                assertThrows(ExecutionException.class, this::copy).getCause().getMessage());
    }

    @Test
    void aWrongNameIsNamed() {
        assertEquals(
                "there is no user store maria; present: old, young",
                assertThrows(IllegalArgumentException.class, () -> migrations.start("old", "maria"))
                        .getMessage());
        assertEquals(
                "from and to are both old",
                assertThrows(IllegalArgumentException.class, () -> migrations.start("old", "old"))
                        .getMessage());
    }
}
