package im.restante.internal.accounts;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.AccountListener;
import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.config.ConfigException;
import im.restante.jid.Jid;
import im.restante.store.StoreException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RepositoryAccountsTest {
    private static final Jid ROMEO = Jid.of("romeo@montague.lit");
    private static final Jid JULIET = Jid.of("juliet@montague.lit");
    private static final Jid NOBODY = Jid.of("nobody@montague.lit");
    private static final Jid DOMAIN = Jid.of("montague.lit");
    private static final Map<String, Object> FIRST = service(1, 0, "first");

    private final AtomicLong now = new AtomicLong();
    private final MemoryRepository repository = new MemoryRepository();
    private final RepositoryAccounts accounts = accounts(repository);

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
            assertTrue(Passwords.fits(credentials, "pencil"));
        }
    }

    @Test
    void verifiesThePasswordInItsPreparedForm() throws Exception {
        assertTrue(get(accounts.create(JULIET, "na\u00efve\u1680love")));
        assertTrue(get(accounts.verify(JULIET, "nai\u0308ve love")));
        assertFalse(get(accounts.verify(JULIET, "naive love")));
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
        ScramCredentials changed = Passwords.derive(ScramHash.SHA_256, "eraser", new byte[16], 4096);
        get(repository.write(ROMEO, List.of(StoredCredentials.toSetting(changed))));
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
        assertFalse(Passwords.fits(get(accounts.credentials(ROMEO, ScramHash.SHA_256)), "pencil"));
    }

    @Test
    void changesThePasswordOfBothHashes() throws Exception {
        get(accounts.credentials(ROMEO, ScramHash.SHA_1));
        assertTrue(get(accounts.changePassword(ROMEO, "eraser")));
        for (ScramHash hash : ScramHash.values()) {
            assertTrue(Passwords.fits(get(accounts.credentials(ROMEO, hash)), "eraser"));
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
        get(other.create(DOMAIN, List.of(new Setting("server", "stanza-id-key", "kept"))));
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
            public CompletionStage<Boolean> create(Jid user, Collection<Setting> settings) {
                super.create(user, List.of(new Setting("server", "stanza-id-key", "kept")));
                return super.create(user, settings);
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
        get(repository.create(JULIET, List.of()));
        assertFalse(get(accounts.exists(JULIET)));
        now.addAndGet(TimeUnit.SECONDS.toNanos(10));
        assertTrue(get(accounts.exists(JULIET)));
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
    void answersBeforeItTellsTheListenersSoThatTheAnswerIsOnItsWayWhenSessionsEnd() {
        CompletableFuture<Boolean> late = new CompletableFuture<>();
        RepositoryAccounts second = accounts(new MemoryRepository() {
            @Override
            public CompletionStage<Boolean> remove(Jid user) {
                return late;
            }
        });
        List<String> seen = new ArrayList<>();
        second.bindListener(removed -> seen.add("told"), service(8, 0, "x"));
        second.remove(ROMEO).thenRun(() -> seen.add("answered"));
        late.complete(true);
        assertEquals(List.of("answered", "told"), seen);
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
        get(slow.create(ROMEO, List.of()));
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
    void saysThatTheStoreIsAwayWhenItVanishedAndGoesOnWhenItIsBack() throws Exception {
        assertTrue(get(accounts.exists(ROMEO)));
        accounts.unbindRepository(repository, FIRST);
        assertFails(accounts.exists(ROMEO));
        assertFails(accounts.credentials(ROMEO, ScramHash.SHA_1));
        assertFails(accounts.verify(ROMEO, "pencil"));
        assertFails(accounts.create(JULIET, "pencil"));
        assertFails(accounts.changePassword(ROMEO, "pencil"));
        assertFails(accounts.remove(ROMEO));
        assertFails(accounts.list(null, 1));
        assertFails(accounts.settings(ROMEO, "n"));
        assertFails(accounts.write(ROMEO, List.of()));
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
            public CompletionStage<Boolean> remove(Jid user) {
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
    void keepsTheLastGoodConfigurationWhenABadOneComes() throws Exception {
        accounts.modified(Map.of("registration", "true", "scram-iterations", "5000"));
        accounts.modified(Map.of("registration", "false", "scram-iterations", "100"));
        assertTrue(accounts.registrationOpen());
        get(accounts.create(JULIET, "pencil"));
        assertEquals(5000, get(accounts.credentials(JULIET, ScramHash.SHA_256)).iterations());
    }

    @Test
    void refusesToStartWithABadValueAndNamesIt() {
        ConfigException refused =
                assertThrows(ConfigException.class, () -> new RepositoryAccounts(Map.of("scram-iterations", "4095")));
        assertTrue(
                refused.getMessage().startsWith("im.restante.accounts: scram-iterations=4095: "), refused.getMessage());
        assertThrows(ConfigException.class, () -> new RepositoryAccounts(Map.of("registration", "yes")));
    }

    @Test
    void startsWithRegistrationClosedAndTenThousandIterations() {
        assertEquals(new AccountsConfig(false, 10_000, ""), AccountsConfig.of(Map.of()));
    }

    @Test
    void derivesOnThreadsOfItsOwn() throws Exception {
        accounts.modified(Map.of("scram-iterations", "200000")); // long enough for the next lines to run before it ends
        CompletableFuture<String> completedBy = new CompletableFuture<>();
        accounts.verify(NOBODY, "pencil")
                .thenRun(() -> completedBy.complete(Thread.currentThread().getName()));
        String name = get(completedBy);
        assertTrue(name.startsWith("restante-accounts-"), name);
    }

    @Test
    void failsWhatWaitsForAKeyWhenItIsStopped() {
        accounts.deactivate();
        assertFails(accounts.verify(ROMEO, "pencil"));
    }

    private RepositoryAccounts accounts(UserRepository users) {
        RepositoryAccounts made = new RepositoryAccounts(new AccountsConfig(false, 4096, ""), 2, now::get);
        made.bindRepository(users, FIRST);
        return made;
    }

    private static Map<String, Object> service(long id, int ranking, String storeId) {
        return Map.of("service.id", id, "service.ranking", ranking, UserRepository.ID, storeId);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
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
}
