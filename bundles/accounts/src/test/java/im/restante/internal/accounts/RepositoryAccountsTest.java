package im.restante.internal.accounts;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.AccountListener;
import im.restante.account.Note;
import im.restante.account.OwedNote;
import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.config.ConfigException;
import im.restante.home.AccountNotes;
import im.restante.itests.support.MemoryRepository;
import im.restante.jid.Jid;
import im.restante.store.Fence;
import im.restante.store.StoreException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepositoryAccountsTest {
    private static final Jid ROMEO = Jid.of("romeo@montague.lit");
    private static final Jid JULIET = Jid.of("juliet@montague.lit");
    private static final Jid NOBODY = Jid.of("nobody@montague.lit");
    private static final Jid DOMAIN = Jid.of("montague.lit");
    private static final Map<String, Object> FIRST = service(1, 0, "first");

    private final AtomicLong now = new AtomicLong();
    private final MemoryRepository repository = new MemoryRepository();
    private final RepositoryAccounts accounts = accounts(repository);
    private final List<CompletableFuture<Boolean>> flood = new ArrayList<>();

    @BeforeEach
    void romeoHasAnAccount() throws Exception {
        assertTrue(get(accounts.create(ROMEO, "pencil")));
    }

    @AfterEach
    void stop() {
        accounts.deactivate();
    }

    @Test
    void keepsCredentialsOfBothHashesAndNeverThePassword() {
        Map<String, Map<String, String>> kept = repository.users.get(ROMEO);
        assertEquals(
                Set.of("SCRAM-SHA-1", "SCRAM-SHA-256"), kept.get("credentials").keySet());
        assertFalse(kept.toString().contains("pencil"), kept.toString());
    }

    @Test
    void givesTheCredentialsThatThePasswordFits() throws Exception {
        for (ScramHash hash : ScramHash.values()) {
            ScramCredentials credentials = get(accounts.credentials(ROMEO.withResource("orchard"), hash));
            assertEquals(hash, credentials.hash());
            assertEquals(4096, credentials.iterations());
            assertTrue(Passwords.fits(credentials, List.of("pencil")));
        }
    }

    @Test
    void verifiesThePasswordInItsPreparedForm() throws Exception {
        assertTrue(get(accounts.create(JULIET, "na\u00efve\u1680love")));
        assertTrue(get(accounts.verify(JULIET, "nai\u0308ve love")));
        assertFalse(get(accounts.verify(JULIET, "naive love")));
    }

    /** Whatever a client makes of it: SASLprep, as RFC 5802 has it, or nothing. */
    @ParameterizedTest
    @CsvSource({
        "secret\u00b2, secret2",
        "\u00b5m, \u03bcm",
        "\u00bd, 1\u20442",
        "x\u2122, xTM",
        "\ufb01le, file",
        "\uff21\uff22\uff23, ABC",
        "soft\u00adhyphen, softhyphen",
        "\u2764\ufe0f, \u2764"
    })
    void takesAPasswordInBothForms(String typed, String prepared) throws Exception {
        assertTrue(get(accounts.create(JULIET, typed)));
        for (int change = 0; change < 2; change++) {
            assertTrue(get(accounts.verify(JULIET, typed)));
            assertTrue(get(accounts.verify(JULIET, prepared)));
            assertFalse(get(accounts.verify(JULIET, typed + "x")));
            for (ScramHash hash : ScramHash.values()) {
                ScramCredentials kept = get(accounts.credentials(JULIET, hash));
                assertTrue(Passwords.fits(kept, List.of(typed)));
                assertTrue(Passwords.fits(kept, List.of(prepared)));
                assertArrayEquals(
                        Passwords.derive(hash, List.of(prepared), kept.salt(), kept.iterations())
                                .storedKey(),
                        kept.storedKey(),
                        "what is exported is what others derive");
                assertArrayEquals(
                        Passwords.derive(hash, List.of(typed), kept.salt(), kept.iterations())
                                .storedKey(),
                        kept.other().storedKey());
            }
            assertTrue(get(accounts.changePassword(JULIET, typed)));
        }
    }

    @Test
    void nothingOfAnEarlierPasswordIsLeft() throws Exception {
        assertTrue(get(accounts.changePassword(ROMEO, "secret\u00b2")));
        ScramCredentials changed = Passwords.derive(ScramHash.SHA_256, List.of("eraser"), new byte[16], 4096);
        Setting byAnotherProgram = StoredCredentials.toSettings(changed).get(0);
        get(accounts.write(ROMEO, List.of(byAnotherProgram)));
        assertFalse(get(accounts.verify(ROMEO, "secret\u00b2")));
        assertFalse(get(accounts.verify(ROMEO, "secret2")));
        assertTrue(get(accounts.changePassword(ROMEO, "pencil")));
        assertEquals(
                Set.of("SCRAM-SHA-1", "SCRAM-SHA-256"),
                repository.users.get(ROMEO).get("credentials").keySet());
    }

    @Test
    void refusesAWrongAnEmptyAndAnImpossiblePassword() throws Exception {
        assertFalse(get(accounts.verify(ROMEO, "Pencil")));
        assertFalse(get(accounts.verify(ROMEO, "")));
        assertFalse(get(accounts.verify(ROMEO, "pencil\u0000")));
        assertFalse(get(accounts.verify(NOBODY, "pencil")));
        assertFalse(get(accounts.verify(DOMAIN, "pencil")));
    }

    /** Counted, not timed: every PBKDF2 with its iterations, every HMAC, every question to the repository. */
    @Test
    void doesTheSameWorkForAnUnknownUserAndAWrongPassword() throws Exception {
        assertFalse(get(accounts.verify(JULIET, "eraser"))); // what is made once for all
        try (CountedCrypto counted = new CountedCrypto()) {
            int asked = repository.valuesAsked.get();
            assertFalse(get(accounts.verify(ROMEO, "eraser")));
            List<String> known = counted.done();
            int askedForKnown = repository.valuesAsked.get() - asked;
            assertFalse(get(accounts.verify(NOBODY, "eraser")));
            assertEquals(known, counted.done());
            assertEquals(2 * askedForKnown, repository.valuesAsked.get() - asked);
            assertTrue(known.contains("PBKDF2WithHmacSHA256 4096"), known.toString());
            for (ScramHash hash : ScramHash.values()) {
                get(accounts.credentials(ROMEO, hash));
                known = counted.done();
                get(accounts.credentials(NOBODY, hash));
                assertEquals(known, counted.done());
                assertFalse(known.isEmpty());
            }
        }
    }

    @Test
    void wrongPasswordsFromOneAddressKeepNobodyElseWaiting() throws Exception {
        InetAddress flooder = InetAddress.getByName("192.0.2.1");
        InetAddress neighbour = InetAddress.getByName("192.0.2.2");
        for (int i = 0; i < 1_000; i++) {
            flood.add(accounts.verify(ROMEO, "eraser" + i, flooder).toCompletableFuture());
        }
        assertTrue(besideTheFlood(() -> accounts.verify(ROMEO, "pencil", neighbour)));
        besideTheFlood(() -> accounts.credentials(ROMEO, ScramHash.SHA_256, flooder));
        assertTrue(besideTheFlood(() -> accounts.verify(ROMEO, "pencil", flooder))); // right a moment ago
    }

    /** The answer, which waits for few of the flood: counted where it is given, since this thread may wake up late. */
    private <T> T besideTheFlood(Supplier<CompletionStage<T>> question) throws Exception {
        long before = floodDone();
        CompletionStage<T> asked = question.get();
        long behind = get(asked.thenApply(answer -> floodDone())) - before;
        assertTrue(behind < 500, "behind " + behind + " of 1000 wrong passwords");
        return get(asked);
    }

    private long floodDone() {
        return flood.stream().filter(CompletableFuture::isDone).count();
    }

    @Test
    void derivesNothingForAPasswordThatWasRightAMomentAgo() throws Exception {
        assertTrue(get(accounts.verify(ROMEO, "pencil")));
        accounts.deactivate(); // from here on nothing can be derived
        assertTrue(get(accounts.verify(ROMEO, "pencil")));
        assertFails(accounts.verify(ROMEO, "eraser"));
        now.addAndGet(TimeUnit.MINUTES.toNanos(10));
        assertFails(accounts.verify(ROMEO, "pencil"));
    }

    @Test
    void doesNotTakeTheOldPasswordAfterAChange() throws Exception {
        assertTrue(get(accounts.verify(ROMEO, "pencil")));
        assertTrue(get(accounts.changePassword(ROMEO, "eraser")));
        assertFalse(get(accounts.verify(ROMEO, "pencil")));
        assertTrue(get(accounts.verify(ROMEO, "eraser")));
    }

    @Test
    void doesNotTakeTheOldPasswordWhenAnotherProgramChangedIt() throws Exception {
        assertTrue(get(accounts.verify(ROMEO, "pencil")));
        ScramCredentials changed = Passwords.derive(ScramHash.SHA_256, List.of("eraser"), new byte[16], 4096);
        get(repository.write(ROMEO, StoredCredentials.toSettings(changed), Fence.HERE));
        now.addAndGet(TimeUnit.MINUTES.toNanos(1));
        assertFalse(get(accounts.verify(ROMEO, "pencil")));
        assertTrue(get(accounts.verify(ROMEO, "eraser")));
    }

    @Test
    void verifiesAnAccountThatHasOnlyTheOlderHash() throws Exception {
        get(accounts.write(ROMEO, List.of(new Setting("credentials", "SCRAM-SHA-256", null))));
        assertTrue(get(accounts.verify(ROMEO, "pencil")));
        assertFalse(get(accounts.verify(ROMEO, "eraser")));
    }

    @Test
    void takesDamagedCredentialsForNone() throws Exception {
        get(accounts.write(
                ROMEO,
                List.of(
                        new Setting("credentials", "SCRAM-SHA-256", "pencil"),
                        new Setting("credentials", "SCRAM-SHA-1", null))));
        assertFalse(get(accounts.verify(ROMEO, "pencil")));
        assertFalse(Passwords.fits(get(accounts.credentials(ROMEO, ScramHash.SHA_256)), List.of("pencil")));
    }

    @Test
    void changesThePasswordOfBothHashes() throws Exception {
        get(accounts.credentials(ROMEO, ScramHash.SHA_1));
        assertTrue(get(accounts.changePassword(ROMEO, "eraser")));
        for (ScramHash hash : ScramHash.values()) {
            assertTrue(Passwords.fits(get(accounts.credentials(ROMEO, hash)), List.of("eraser")));
        }
        assertFalse(get(accounts.changePassword(NOBODY, "eraser")));
        assertFalse(get(accounts.exists(NOBODY)));
    }

    @Test
    void answersForAnUnknownUserAsForAKnownOneAndAlwaysTheSame() throws Exception {
        for (ScramHash hash : ScramHash.values()) {
            ScramCredentials real = get(accounts.credentials(ROMEO, hash));
            ScramCredentials decoy = get(accounts.credentials(NOBODY, hash));
            assertEquals(real.iterations(), decoy.iterations());
            assertEquals(real.salt().length, decoy.salt().length);
            assertEquals(real.storedKey().length, decoy.storedKey().length);
            assertEquals(real.serverKey().length, decoy.serverKey().length);

            RepositoryAccounts restarted = accounts(repository);
            ScramCredentials again = get(restarted.credentials(NOBODY, hash));
            assertArrayEquals(decoy.salt(), again.salt());
            assertArrayEquals(decoy.storedKey(), again.storedKey());
            restarted.deactivate();
        }
        assertFalse(Arrays.equals(
                get(accounts.credentials(NOBODY, ScramHash.SHA_1)).salt(),
                get(accounts.credentials(JULIET, ScramHash.SHA_1)).salt()));
    }

    @Test
    void keepsItsSecretBesideWhatIsInTheDomainsRecordAlready() throws Exception {
        MemoryRepository other = new MemoryRepository();
        get(other.create(DOMAIN, List.of(new Setting("server", "stanza-id-key", "kept")), Fence.HERE));
        RepositoryAccounts second = accounts(other);
        get(second.credentials(NOBODY, ScramHash.SHA_1));
        assertEquals(
                Set.of("stanza-id-key", "scram-decoy-key"),
                other.users.get(DOMAIN).get("server").keySet());
        second.deactivate();
    }

    @Test
    void writesItsSecretIfAnotherMakesTheDomainsRecordAtTheSameMoment() throws Exception {
        MemoryRepository raced = new MemoryRepository() {
            @Override
            public CompletionStage<Boolean> create(Jid user, Collection<Setting> settings, Fence fence) {
                super.create(user, List.of(new Setting("server", "stanza-id-key", "kept")), Fence.HERE);
                return super.create(user, settings, fence);
            }
        };
        RepositoryAccounts second = accounts(raced);
        get(second.credentials(NOBODY, ScramHash.SHA_1));
        assertEquals(
                Set.of("stanza-id-key", "scram-decoy-key"),
                raced.users.get(DOMAIN).get("server").keySet());
        second.deactivate();
    }

    @Test
    void letsExactlyOneOfManyMakeAnAccount() throws Exception {
        List<CompletionStage<Boolean>> attempts = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            attempts.add(accounts.create(JULIET, "password " + i));
        }
        int won = -1;
        for (int i = 0; i < attempts.size(); i++) {
            if (get(attempts.get(i))) {
                assertEquals(-1, won, "a second one won");
                won = i;
            }
        }
        assertTrue(get(accounts.verify(JULIET, "password " + won)));
    }

    @Test
    void refusesAnAddressWithoutNameAndAPasswordThatIsNone() {
        assertThrows(IllegalArgumentException.class, () -> accounts.create(DOMAIN, "pencil"));
        assertThrows(IllegalArgumentException.class, () -> accounts.create(JULIET, ""));
        assertThrows(IllegalArgumentException.class, () -> accounts.changePassword(ROMEO, "a\u0007b"));
    }

    @Test
    void knowsWhoExistsWithoutAskingEachTime() throws Exception {
        assertTrue(get(accounts.exists(ROMEO)));
        assertTrue(get(accounts.exists(ROMEO.withResource("orchard"))));
        assertEquals(1, repository.existsAsked.get());
        assertFalse(get(accounts.exists(DOMAIN)));
    }

    @Test
    void noticesAtOnceThatAnAccountWasMadeAndRemoved() throws Exception {
        assertFalse(get(accounts.exists(JULIET)));
        assertFalse(get(accounts.verify(JULIET, "pencil")));
        assertTrue(get(accounts.create(JULIET, "pencil")));
        assertTrue(get(accounts.exists(JULIET)));
        assertTrue(get(accounts.verify(JULIET, "pencil")));
        assertTrue(get(accounts.remove(JULIET)));
        assertFalse(get(accounts.exists(JULIET)));
        assertFalse(get(accounts.verify(JULIET, "pencil")));
        assertFalse(get(accounts.remove(JULIET)));
    }

    @Test
    void noticesAnAccountThatAnotherProgramMadeAfterAWhile() throws Exception {
        assertFalse(get(accounts.exists(JULIET)));
        get(repository.create(JULIET, List.of(), Fence.HERE));
        assertFalse(get(accounts.exists(JULIET)));
        now.addAndGet(TimeUnit.SECONDS.toNanos(10));
        assertTrue(get(accounts.exists(JULIET)));
    }

    @Test
    void whateverARepositoryThrowsIsAFailureOfTheRepository() {
        RepositoryAccounts broken = accounts(new MemoryRepository() {
            @Override
            public CompletionStage<Boolean> exists(Jid user) {
                throw new StackOverflowError("broken on purpose");
            }
        });
        CompletionException problem = assertThrows(
                CompletionException.class,
                () -> broken.exists(ROMEO).toCompletableFuture().join());
        assertInstanceOf(StoreException.class, problem.getCause());
    }

    @Test
    void tellsEveryListenerOfARemovalEvenIfOneFails() throws Exception {
        List<Jid> told = new ArrayList<>();
        accounts.bindListener(
                removed -> {
                    throw new IllegalStateException("broken on purpose");
                },
                service(7, 0, "x"));
        accounts.bindListener(told::add, service(8, 0, "x"));
        assertTrue(get(accounts.remove(ROMEO)));
        assertFalse(get(accounts.remove(NOBODY)));
        assertEquals(List.of(ROMEO), told);
    }

    @Test
    void answersWhenTheListenersHaveBeenToldSoThatNothingIsTakenForTheAccountAfterIt() {
        CompletableFuture<Boolean> late = new CompletableFuture<>();
        RepositoryAccounts second = accounts(new MemoryRepository() {
            @Override
            public CompletionStage<Boolean> remove(Jid user, List<Note> owed, Fence fence) {
                return late;
            }
        });
        List<String> seen = new ArrayList<>();
        second.bindListener(removed -> seen.add("told"), service(8, 0, "x"));
        second.remove(ROMEO).thenRun(() -> seen.add("answered"));
        late.complete(true);
        assertEquals(List.of("told", "answered"), seen);
        second.deactivate();
    }

    @Test
    void listsAccountsWithoutTheDomainsRecord() throws Exception {
        get(accounts.credentials(NOBODY, ScramHash.SHA_1)); // makes the domain's record
        get(accounts.create(JULIET, "pencil"));
        assertEquals(List.of(JULIET, ROMEO), get(accounts.list(null, 100)));
        assertEquals(List.of(JULIET), get(accounts.list(null, 1)));
        assertEquals(List.of(ROMEO), get(accounts.list(JULIET, 1)));
        assertEquals(List.of(), get(accounts.list(ROMEO, 1)));
    }

    @Test
    void readsSettingsOnceAndAgainAfterAWrite() throws Exception {
        Setting limit = new Setting("offline-msgs", "store-limit", "7");
        assertEquals(Optional.empty(), get(accounts.setting(ROMEO, "offline-msgs", "store-limit")));
        assertTrue(get(accounts.write(ROMEO, List.of(limit))));
        int before = repository.valuesAsked.get();
        assertEquals(Optional.of("7"), get(accounts.setting(ROMEO, "offline-msgs", "store-limit")));
        assertEquals(Map.of("store-limit", "7"), get(accounts.settings(ROMEO, "offline-msgs")));
        assertEquals(1, repository.valuesAsked.get() - before);
        assertFalse(get(accounts.write(NOBODY, List.of(limit))));
    }

    @Test
    void doesNotBelieveAnAnswerThatWasAskedForBeforeTheWrite() throws Exception {
        CompletableFuture<Map<String, String>> late = new CompletableFuture<>();
        MemoryRepository slow = new MemoryRepository() {
            @Override
            public CompletionStage<Map<String, String>> values(Jid user, String node) {
                CompletionStage<Map<String, String>> answer = super.values(user, node);
                return valuesAsked.get() == 1 ? late : answer;
            }
        };
        RepositoryAccounts second = accounts(slow);
        get(slow.create(ROMEO, List.of(), Fence.HERE));
        CompletionStage<Map<String, String>> before = second.settings(ROMEO, "n");
        assertTrue(get(second.write(ROMEO, List.of(new Setting("n", "k", "new")))));
        late.complete(Map.of("k", "old"));
        assertEquals(Map.of("k", "old"), get(before));
        assertEquals(Map.of("k", "new"), get(second.settings(ROMEO, "n")));
        second.deactivate();
    }

    @Test
    void doesNotKeepALargeNode() throws Exception {
        get(accounts.write(ROMEO, List.of(new Setting("vcard", "card", "x".repeat(20_000)))));
        int before = repository.valuesAsked.get();
        get(accounts.settings(ROMEO, "vcard"));
        get(accounts.settings(ROMEO, "vcard"));
        assertEquals(2, repository.valuesAsked.get() - before);
    }

    @Test
    void keepsNoMoreEmptyNodesThanTheirOverheadAllows() throws Exception {
        for (int i = 0; i < 30_000; i++) {
            get(accounts.settings(ROMEO, "n" + i));
        }
        int before = repository.valuesAsked.get();
        get(accounts.settings(ROMEO, "n29999"));
        assertEquals(0, repository.valuesAsked.get() - before);
        get(accounts.settings(ROMEO, "n0"));
        assertEquals(1, repository.valuesAsked.get() - before);
    }

    @Test
    void saysThatTheStoreIsAwayWhenItVanishedAndGoesOnWhenItIsBack() throws Exception {
        assertTrue(get(accounts.exists(ROMEO)));
        accounts.unbindRepository(repository, FIRST);
        List<CompletionStage<?>> asked = List.of( // at once, since each waits for another repository
                accounts.exists(ROMEO),
                accounts.credentials(ROMEO, ScramHash.SHA_1),
                accounts.verify(ROMEO, "pencil"),
                accounts.create(JULIET, "pencil"),
                accounts.changePassword(ROMEO, "pencil"),
                accounts.remove(ROMEO),
                accounts.list(null, 1),
                accounts.settings(ROMEO, "n"),
                accounts.write(ROMEO, List.of(new Setting("n", "k", "v"))));
        asked.forEach(RepositoryAccountsTest::assertFails);
        accounts.bindRepository(repository, FIRST);
        assertTrue(get(accounts.verify(ROMEO, "pencil")));
    }

    @Test
    void turnsWhateverARepositoryDoesWrongIntoAStoreException() {
        MemoryRepository broken = new MemoryRepository() {
            @Override
            public CompletionStage<Boolean> exists(Jid user) {
                throw new IllegalStateException("broken on purpose");
            }

            @Override
            public CompletionStage<Map<String, String>> values(Jid user, String node) {
                return CompletableFuture.failedFuture(new IllegalStateException("broken on purpose"));
            }

            @Override
            public CompletionStage<Boolean> remove(Jid user, List<Note> owed, Fence fence) {
                return null;
            }

            @Override
            public CompletionStage<List<Jid>> users(Jid after, int max) {
                return CompletableFuture.completedFuture(null);
            }
        };
        RepositoryAccounts second = accounts(broken);
        assertFails(second.exists(ROMEO));
        assertFails(second.settings(ROMEO, "n"));
        assertFails(second.verify(ROMEO, "pencil"));
        assertFails(second.remove(ROMEO));
        assertFails(second.list(null, 1));
        second.deactivate();
    }

    @Test
    void aCallerCannotSpoilTheAnswerOfAnother() throws Exception {
        CompletableFuture<Boolean> late = new CompletableFuture<>();
        RepositoryAccounts second = accounts(new MemoryRepository() {
            @Override
            public CompletionStage<Boolean> exists(Jid user) {
                return late;
            }
        });
        second.exists(ROMEO).toCompletableFuture().completeExceptionally(new IllegalStateException("mine"));
        CompletionStage<Boolean> theirs = second.exists(ROMEO);
        late.complete(true);
        assertTrue(get(theirs));
        second.deactivate();
    }

    @Test
    void whoAsksWhileARepositoryIsReplacedIsAnsweredByTheNext() throws Exception {
        accounts.unbindRepository(repository, FIRST);
        CompletableFuture<Boolean> waiting = accounts.exists(ROMEO).toCompletableFuture();
        assertFalse(waiting.isDone());
        accounts.bindRepository(repository, FIRST);
        assertTrue(get(waiting));
        MemoryRepository goes = new MemoryRepository() {
            @Override
            public CompletionStage<Boolean> exists(Jid user) {
                accounts.unbindRepository(this, service(2, 10, "goes"));
                return CompletableFuture.failedFuture(StoreException.nothingChanged("the store is closed"));
            }
        };
        accounts.bindRepository(goes, service(2, 10, "goes"));
        assertTrue(get(accounts.exists(ROMEO)), "it had been asked before it went");
    }

    @Test
    void usesTheRepositoryOfHighestRankingAndForgetsWhatTheOtherSaid() throws Exception {
        assertTrue(get(accounts.exists(ROMEO)));
        MemoryRepository better = new MemoryRepository();
        accounts.bindRepository(better, service(2, 10, "better"));
        assertFalse(get(accounts.exists(ROMEO)));
        accounts.updatedRepository(better, service(2, -10, "better"));
        assertTrue(get(accounts.exists(ROMEO)));
        accounts.unbindRepository(repository, FIRST);
        assertFalse(get(accounts.exists(ROMEO)));
    }

    /** Such as one on a server that is down. */
    private static class UnreachedRepository extends MemoryRepository {
        volatile boolean isDown = true;
        final AtomicInteger asked = new AtomicInteger();

        @Override
        public CompletionStage<List<Jid>> users(Jid after, int max) {
            asked.incrementAndGet();
            return isDown
                    ? CompletableFuture.failedFuture(new StoreException("cannot be reached"))
                    : super.users(after, max);
        }

        @Override
        public CompletionStage<Boolean> exists(Jid user) {
            return isDown
                    ? CompletableFuture.failedFuture(new StoreException("cannot be reached"))
                    : super.exists(user);
        }
    }

    @Test
    void aRepositoryThatNeverAnsweredIsNotPreferredByItsRanking() throws Exception {
        Deque<Runnable> later = new ArrayDeque<>();
        List<Duration> pauses = new ArrayList<>();
        RepositoryAccounts second = new RepositoryAccounts(
                new AccountsConfig(false, 4096, ""), owner -> Fence.HERE, 2, now::get, (task, pause) -> {
                    later.add(task);
                    pauses.add(pause);
                });
        UnreachedRepository down = new UnreachedRepository();
        second.bindRepository(down, service(2, 10, "down"));
        second.bindRepository(repository, FIRST);
        assertFails(second.exists(ROMEO)); // it may still come
        now.addAndGet(Duration.ofSeconds(4).toNanos());
        later.remove().run();
        assertFails(second.exists(ROMEO));
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        later.remove().run();
        assertTrue(get(second.exists(ROMEO)));
        for (int i = 0; i < 50; i++) {
            later.remove().run();
        }
        assertEquals(53, down.asked.get());
        assertTrue(pauses.stream().allMatch(pause -> pause.compareTo(Duration.ofSeconds(2)) <= 0), pauses::toString);
        down.isDown = false;
        later.remove().run();
        assertFalse(get(second.exists(ROMEO)), "now it is the one");
        assertTrue(later.isEmpty());
        second.deactivate();
    }

    @Test
    void aRepositoryThatIsAddedTakesOverOnlyWhenItAnswers() throws Exception {
        UnreachedRepository down = new UnreachedRepository();
        accounts.bindRepository(down, service(2, 10, "down"));
        assertTrue(get(accounts.exists(ROMEO)), "nobody waits for it");
        accounts.unbindRepository(down, service(2, 10, "down"));
    }

    @Test
    void aRepositoryThatIsNamedIsWaitedFor() {
        UnreachedRepository down = new UnreachedRepository();
        accounts.bindRepository(down, service(2, -10, "down"));
        accounts.modified(Map.of("user-store", "down"));
        now.addAndGet(Duration.ofMinutes(1).toNanos());
        assertFails(accounts.exists(ROMEO));
        accounts.unbindRepository(down, service(2, -10, "down"));
    }

    @Test
    void usesTheRepositoryNamedWhateverTheRanking() throws Exception {
        MemoryRepository better = new MemoryRepository();
        accounts.bindRepository(better, service(2, 10, "better"));
        accounts.modified(Map.of("user-store", "first"));
        assertTrue(get(accounts.exists(ROMEO)));
        accounts.modified(Map.of("user-store", "absent"));
        assertFails(accounts.exists(ROMEO));
        accounts.modified(Map.of());
        assertFalse(get(accounts.exists(ROMEO)));
    }

    @Test
    void keepsTheSecretsOfTheServerWhereTheUsersAreAndAsksNobodyElse() throws Exception {
        MemoryRepository down = new MemoryRepository() {
            @Override
            public CompletionStage<Map<String, String>> values(Jid user, String node) {
                return new CompletableFuture<>(); // a database that does not answer
            }
        };
        accounts.bindRepository(down, service(2, 10, "down"));
        accounts.modified(Map.of("user-store", "first"));
        String secret = get(accounts.secret(DOMAIN, "stanza-id-key"));
        assertEquals(secret, repository.users.get(DOMAIN).get("server").get("stanza-id-key"));
        assertEquals(secret, get(accounts.secret(DOMAIN, "stanza-id-key")));
        assertTrue(down.users.isEmpty());
        accounts.unbindRepository(down, service(2, 10, "down"));
    }

    @Test
    void keepsTheLastGoodConfigurationWhenABadOneComes() throws Exception {
        accounts.modified(Map.of("registration", "true", "scram-iterations", "5000"));
        accounts.modified(Map.of("registration", "false", "scram-iterations", "100"));
        assertTrue(accounts.registrationOpen());
        get(accounts.create(JULIET, "pencil"));
        assertEquals(5000, get(accounts.credentials(JULIET, ScramHash.SHA_256)).iterations());
    }

    @Test
    void refusesToStartWithABadValueAndNamesIt() {
        ConfigException refused = assertThrows(
                ConfigException.class,
                () -> new RepositoryAccounts(Map.of("scram-iterations", "4095"), owner -> Fence.HERE));
        assertTrue(
                refused.getMessage().startsWith("im.restante.accounts: scram-iterations=4095: "), refused.getMessage());
        assertThrows(
                ConfigException.class,
                () -> new RepositoryAccounts(Map.of("registration", "yes"), owner -> Fence.HERE));
    }

    @Test
    void startsWithRegistrationClosedAndTenThousandIterations() {
        assertEquals(new AccountsConfig(false, 10_000, ""), AccountsConfig.of(Map.of()));
    }

    @Test
    void derivesOnThreadsOfItsOwn() throws Exception {
        accounts.modified(Map.of("scram-iterations", "200000")); // mostly long enough for the next line to be in time
        String here = Thread.currentThread().getName();
        String name = here;
        for (int tries = 0; name.equals(here) && tries < 20; tries++) {
            CompletableFuture<String> completedBy = new CompletableFuture<>();
            accounts.verify(NOBODY, "pencil")
                    .thenRun(() -> completedBy.complete(Thread.currentThread().getName()));
            name = get(completedBy);
        }
        assertTrue(name.startsWith("restante-accounts-"), name);
    }

    @Test
    void failsWhatWaitsForAKeyWhenItIsStopped() {
        accounts.deactivate();
        assertFails(accounts.verify(ROMEO, "pencil"));
    }

    private RepositoryAccounts accounts(UserRepository users) {
        RepositoryAccounts made =
                new RepositoryAccounts(new AccountsConfig(false, 4096, ""), owner -> Fence.HERE, 2, now::get);
        made.bindRepository(users, FIRST);
        return made;
    }

    private static Map<String, Object> service(long id, int ranking, String storeId) {
        return Map.of("service.id", id, "service.ranking", ranking, UserRepository.ID, storeId);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static void assertFails(CompletionStage<?> stage) {
        ExecutionException failure = assertThrows(ExecutionException.class, () -> get(stage));
        StoreException cause = assertInstanceOf(StoreException.class, failure.getCause());
        stage.whenComplete((value, seen) -> assertSame(cause, seen));
    }

    @Test
    void anAccountStaysWhenWhatNobodyMayInheritCannotBeRemoved() throws Exception {
        accounts.bindListener(
                new AccountListener() {
                    @Override
                    public CompletionStage<Void> removing(Jid account) {
                        return CompletableFuture.failedFuture(new StoreException("the mail cannot be removed now"));
                    }

                    @Override
                    public void removed(Jid account) {
                        throw new AssertionError("it was not");
                    }
                },
                service(9, 0, "x"));
        assertTrue(get(accounts.create(JULIET, "secret")));
        assertFails(accounts.remove(JULIET));
        assertTrue(get(accounts.verify(JULIET, "secret")));
    }

    /** Notes what it is told; its part of a removal is done when the test says so. */
    private static final class Listener implements AccountListener {
        private final String name;
        private final List<String> seen;
        private final CompletableFuture<Void> emptied;

        Listener(String name, List<String> seen, CompletableFuture<Void> emptied) {
            this.name = name;
            this.seen = seen;
            this.emptied = emptied;
        }

        @Override
        public CompletionStage<Void> removing(Jid account) {
            seen.add(name + " removing");
            return emptied;
        }

        @Override
        public void kept(Jid account) {
            seen.add(name + " kept");
        }

        @Override
        public void removed(Jid account) {
            seen.add(name + " removed");
        }
    }

    @Test
    void asksListenersOneAfterAnotherTheHighestRankingFirst() throws Exception {
        List<String> seen = new ArrayList<>();
        CompletableFuture<Void> first = new CompletableFuture<>();
        accounts.bindListener(
                new Listener("second", seen, CompletableFuture.completedFuture(null)), service(3, 0, "x"));
        accounts.bindListener(new Listener("first", seen, first), service(8, 1000, "x"));
        CompletionStage<Boolean> removal = accounts.remove(ROMEO);
        assertEquals(List.of("first removing"), seen);
        first.complete(null);
        assertTrue(get(removal));
        assertEquals(List.of("first removing", "second removing", "first removed", "second removed"), seen);
    }

    @Test
    void listenersKnowThatAnAccountStays() throws Exception {
        List<String> seen = new ArrayList<>();
        accounts.bindListener(new Listener("first", seen, CompletableFuture.completedFuture(null)), service(3, 0, "x"));
        accounts.bindListener(
                new Listener("second", seen, CompletableFuture.failedFuture(new StoreException("not now"))),
                service(4, 0, "x"));
        assertFails(accounts.remove(ROMEO));
        assertEquals(List.of("first removing", "second removing", "first kept", "second kept"), seen);
        seen.clear();
        accounts.bindListener(
                new Listener("second", seen, CompletableFuture.completedFuture(null)), service(4, 0, "x"));
        assertFalse(get(accounts.remove(NOBODY)));
        assertEquals(List.of("first removing", "second removing", "first kept", "second kept"), seen);
    }

    @Test
    void aChangeAndWhatItOwesAreOneWrite() throws Exception {
        get(repository.create(ROMEO, List.of(), Fence.HERE));
        assertEquals(Map.of(), get(accounts.settings(ROMEO, "n")));
        Note note = new Note(ROMEO, JULIET, "text");
        assertTrue(get(accounts.write(ROMEO, List.of(new Setting("n", "k", "v")), List.of(note))));
        assertEquals(Map.of("k", "v"), get(accounts.settings(ROMEO, "n")));
        assertEquals(List.of(note), List.copyOf(repository.notes.values()));
    }

    @Test
    void whatIsOwedIsTakenOnceAndSeenAtOnce() throws Exception {
        get(repository.create(ROMEO, List.of(), Fence.HERE));
        get(repository.create(JULIET, List.of(), Fence.HERE));
        get(accounts.write(ROMEO, List.of(), List.of(new Note(ROMEO, JULIET, "text"))));
        assertEquals(Map.of(), get(accounts.settings(JULIET, "n")));
        AccountNotes.Kept kept = accounts.kept();
        OwedNote owed = get(kept.owed(0, 0, 10, Long.MAX_VALUE)).get(0);
        Note answer = new Note(JULIET, ROMEO, "answer");
        assertTrue(get(kept.take(0, owed, List.of(new Setting("n", "k", "v")), List.of(answer))));
        assertFalse(get(kept.take(0, owed, List.of(new Setting("n", "k", "w")), List.of(answer))));
        assertEquals(Map.of("k", "v"), get(accounts.settings(JULIET, "n")));
        get(kept.forget(0, List.of(owed.number())));
        assertEquals(List.of(answer), List.copyOf(repository.notes.values()));
        assertFails(kept.forget(7, List.of(1L)));
    }

    @Test
    void theNotesOfARepositoryThatIsNotInUseAnyMoreAreLeftAlone() throws Exception {
        MemoryRepository better = new MemoryRepository();
        for (MemoryRepository each : List.of(repository, better)) {
            get(each.create(JULIET, List.of(), Fence.HERE));
            get(each.write(JULIET, List.of(), List.of(new Note(JULIET, JULIET, "text")), Fence.HERE));
        }
        AccountNotes.Kept kept = accounts.kept();
        OwedNote owed = get(kept.owed(0, 0, 10, Long.MAX_VALUE)).get(0);
        CompletableFuture<String> told = new CompletableFuture<>();
        accounts.bindListener(
                new AccountListener() {
                    @Override
                    public void repositoryChosen() {
                        told.complete("told");
                    }

                    @Override
                    public void removed(Jid account) {}
                },
                service(8, 0, "x"));
        accounts.bindRepository(better, service(9, 10, "better"));
        assertFails(kept.owed(0, 0, 10, Long.MAX_VALUE));
        assertFails(kept.take(0, owed, List.of(new Setting("n", "k", "v")), List.of()));
        assertFails(kept.forget(0, List.of(owed.number())));
        for (MemoryRepository each : List.of(repository, better)) {
            assertEquals(1, each.notes.size());
            assertEquals(Map.of(), get(each.values(JULIET, "n")));
        }
        assertEquals("told", get(told));
    }

    /** What the removal of Romeo owes. */
    private static final class Owing implements AccountListener {
        private final CompletableFuture<List<Note>> owed;
        private final List<String> seen;

        Owing(CompletableFuture<List<Note>> owed, List<String> seen) {
            this.owed = owed;
            this.seen = seen;
        }

        @Override
        public CompletionStage<List<Note>> owes(Jid account) {
            seen.add("asked");
            return owed;
        }

        @Override
        public void kept(Jid account) {
            seen.add("kept");
        }

        @Override
        public void removed(Jid account) {
            seen.add("removed");
        }
    }

    @Test
    void theRemovalOfAnAccountNotesWhatItOwesInItsOwnCommit() throws Exception {
        get(repository.create(ROMEO, List.of(), Fence.HERE));
        List<Note> notes = List.of(new Note(ROMEO, JULIET, "1"), new Note(ROMEO, NOBODY, "2"));
        List<String> seen = new ArrayList<>();
        CompletableFuture<Void> emptied = new CompletableFuture<>();
        accounts.bindListener(new Owing(CompletableFuture.completedFuture(notes), seen), service(8, 1000, "x"));
        accounts.bindListener(new Listener("last", seen, emptied), service(9, 0, "x"));
        CompletionStage<Boolean> removal = accounts.remove(ROMEO);
        assertEquals(List.of("last removing"), seen, "asked when nothing changes any more");
        emptied.complete(null);
        assertTrue(get(removal));
        assertEquals(List.of("last removing", "asked", "removed", "last removed"), seen);
        assertEquals(notes, List.copyOf(repository.notes.values()));
    }

    @Test
    void anAccountStaysIfNobodyCanSayWhatItsRemovalOwes() throws Exception {
        get(repository.create(ROMEO, List.of(), Fence.HERE));
        List<String> seen = new ArrayList<>();
        accounts.bindListener(
                new Owing(CompletableFuture.failedFuture(new StoreException("not now")), seen), service(8, 0, "x"));
        assertFails(accounts.remove(ROMEO));
        assertEquals(List.of("asked", "kept"), seen);
        assertTrue(get(repository.exists(ROMEO)));
        assertEquals(Map.of(), repository.notes);
    }
}
