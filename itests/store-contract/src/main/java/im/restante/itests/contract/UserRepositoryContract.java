package im.restante.itests.contract;

import static im.restante.itests.contract.Stages.assertFenced;
import static im.restante.itests.contract.Stages.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.jid.Jid;
import im.restante.store.Fence;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * What a {@link UserRepository} does. Extend it and say how to open a repository on an empty place, how to close it, and how to
 * open the same place again.
 */
public abstract class UserRepositoryContract extends NoteContract {
    @Test
    void createsAUserWithItsFirstValues() {
        assertFalse(await(users.exists(ROMEO)));
        assertTrue(await(users.create(ROMEO, List.of(root("a", "1"), new Setting("n", "b", "2")), Fence.HERE)));
        assertTrue(await(users.exists(ROMEO)));
        assertEquals(Map.of("a", "1"), values(ROMEO, UserRepository.ROOT));
        assertEquals(Map.of("b", "2"), values(ROMEO, "n"));
        assertFalse(await(users.exists(JULIET)));
    }

    @Test
    void createsAUserWithoutValues() {
        assertTrue(await(users.create(ROMEO, List.of(), Fence.HERE)));
        assertTrue(await(users.exists(ROMEO)));
        assertEquals(Map.of(), values(ROMEO, UserRepository.ROOT));
    }

    @Test
    void creatingAUserAgainChangesNothing() {
        assertTrue(await(users.create(ROMEO, List.of(root("a", "1")), Fence.HERE)));
        assertFalse(await(users.create(ROMEO, List.of(root("a", "2"), root("b", "3")), Fence.HERE)));
        assertEquals(Map.of("a", "1"), values(ROMEO, UserRepository.ROOT));
    }

    @Test
    void ofManyWhoCreateTheSameUserOneSucceeds() {
        List<CompletionStage<Boolean>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            answers.add(users.create(ROMEO, List.of(root("who", Integer.toString(i))), Fence.HERE));
        }
        assertEquals(1, answers.stream().filter(Stages::await).count());
        assertEquals(1, await(users.users(null, 10)).size());
    }

    @Test
    void removesAUserWithAllItsValues() {
        await(users.create(ROMEO, List.of(root("a", "1"), new Setting("n/m", "b", "2")), Fence.HERE));
        await(users.create(JULIET, List.of(root("a", "3")), Fence.HERE));
        assertTrue(await(users.remove(ROMEO, Fence.HERE)));
        assertFalse(await(users.remove(ROMEO, Fence.HERE)));
        assertFalse(await(users.exists(ROMEO)));
        assertEquals(Map.of(), values(ROMEO, UserRepository.ROOT));
        assertEquals(Map.of("a", "3"), values(JULIET, UserRepository.ROOT));
        assertTrue(await(users.create(ROMEO, List.of(), Fence.HERE)));
        assertEquals(Map.of(), values(ROMEO, UserRepository.ROOT), "nothing of the former user");
        assertEquals(Map.of(), values(ROMEO, "n/m"), "nothing of the former user");
    }

    @Test
    void listsUsersInOrderOfTheirTextAndInParts() {
        List<Jid> all = List.of(
                Jid.of("a@example.org"), Jid.of("b@example.org"), Jid.of("c@example.org"), Jid.of("d@example.org"));
        for (int i : new int[] {2, 0, 3, 1}) {
            await(users.create(all.get(i), List.of(), Fence.HERE));
        }
        assertEquals(all, await(users.users(null, 10)));
        assertEquals(all.subList(0, 2), await(users.users(null, 2)));
        assertEquals(all.subList(2, 4), await(users.users(all.get(1), 2)));
        assertEquals(List.of(), await(users.users(all.get(3), 2)));
    }

    @Test
    void writesChangesAndRemovesValues() {
        await(users.create(ROMEO, List.of(root("a", "1"), root("b", "2")), Fence.HERE));
        assertTrue(
                await(users.write(ROMEO, List.of(root("a", "changed"), root("b", null), root("c", "3")), Fence.HERE)));
        assertEquals(Map.of("a", "changed", "c", "3"), values(ROMEO, UserRepository.ROOT));
        assertTrue(await(
                users.write(ROMEO, List.of(root("unknown", null), new Setting("no/node", "x", null)), Fence.HERE)));
        assertTrue(await(users.write(ROMEO, List.of(), Fence.HERE)));
        assertEquals(Map.of("a", "changed", "c", "3"), values(ROMEO, UserRepository.ROOT));
        assertEquals(Map.of(), values(ROMEO, "no/node"));
    }

    @Test
    void writesNothingForAnUnknownUser() {
        assertFalse(await(users.write(ROMEO, List.of(root("a", "1")), Fence.HERE)));
        assertFalse(await(users.exists(ROMEO)));
        assertEquals(Map.of(), values(ROMEO, UserRepository.ROOT));
        assertEquals(List.of(), await(users.users(null, 10)));
    }

    @Test
    void keepsNodesApartAndNested() {
        await(users.create(ROMEO, List.of(), Fence.HERE));
        await(users.write(
                ROMEO,
                List.of(
                        root("k", "root"),
                        new Setting("a", "k", "a"),
                        new Setting("a/b", "k", "a/b"),
                        new Setting("b", "k", "b"),
                        new Setting("a/b/c", "other", "x")),
                Fence.HERE));
        assertEquals(Map.of("k", "root"), values(ROMEO, UserRepository.ROOT));
        assertEquals(Map.of("k", "a"), values(ROMEO, "a"));
        assertEquals(Map.of("k", "a/b"), values(ROMEO, "a/b"));
        assertEquals(Map.of("k", "b"), values(ROMEO, "b"));
        assertEquals(Map.of("other", "x"), values(ROMEO, "a/b/c"));
        assertEquals(Map.of(), values(ROMEO, "a/c"));
        await(users.write(ROMEO, List.of(new Setting("a", "k", null)), Fence.HERE));
        assertEquals(Map.of(), values(ROMEO, "a"));
        assertEquals(Map.of("k", "a/b"), values(ROMEO, "a/b"));
    }

    @Test
    void theLimitOfTheGuideIsWhereItSays() {
        await(users.create(ROMEO, List.of(), Fence.HERE));
        await(users.write(ROMEO, List.of(new Setting("offline-msgs", "store-limit", "false")), Fence.HERE));
        assertEquals(Map.of("store-limit", "false"), values(ROMEO, "offline-msgs"));
    }

    @Test
    void aWriteIsSeenWholeOrNotAtAll() throws Exception {
        await(users.create(ROMEO, List.of(new Setting("n", "a", "0"), new Setting("n", "b", "0")), Fence.HERE));
        AtomicBoolean done = new AtomicBoolean();
        List<Map<String, String>> torn = new ArrayList<>();
        Thread reader = new Thread(() -> {
            while (!done.get() && torn.isEmpty()) {
                Map<String, String> seen = values(ROMEO, "n");
                if (seen.size() != 2 || !seen.get("a").equals(seen.get("b"))) {
                    torn.add(seen);
                }
            }
        });
        reader.start();
        for (int i = 1; i <= 200; i++) {
            String value = Integer.toString(i);
            await(users.write(ROMEO, List.of(new Setting("n", "a", value), new Setting("n", "b", value)), Fence.HERE));
            assertEquals(value, values(ROMEO, "n").get("b"), "a write is read by whoever asks after it completed");
        }
        done.set(true);
        reader.join();
        assertEquals(List.of(), torn);
    }

    @Test
    void aWrongEpochChangesNothing() {
        await(users.create(ROMEO, List.of(root("a", "1")), Fence.HERE));
        for (Fence wrong : List.of(new Fence(0, Long.MAX_VALUE), new Fence(1_000, 0))) {
            assertFenced(users.create(JULIET, List.of(root("a", "1")), wrong));
            assertFenced(users.write(ROMEO, List.of(root("a", "2")), wrong));
            assertFenced(users.remove(ROMEO, wrong));
        }
        assertFalse(await(users.exists(JULIET)));
        assertEquals(Map.of("a", "1"), values(ROMEO, UserRepository.ROOT));
        assertTrue(await(users.write(ROMEO, List.of(root("a", "2")), Fence.HERE)));
    }

    @Test
    void namesTheNodesThatHaveValues() {
        await(users.create(
                ROMEO, List.of(root("a", "1"), new Setting("x/y", "b", "2"), new Setting("z", "c", "3")), Fence.HERE));
        await(users.create(JULIET, List.of(new Setting("hers", "d", "4")), Fence.HERE));
        assertEquals(Set.of(UserRepository.ROOT, "x/y", "z"), new HashSet<>(await(users.nodes(ROMEO))));
        await(users.write(ROMEO, List.of(root("a", null), new Setting("z", "c", null)), Fence.HERE));
        assertEquals(List.of("x/y"), await(users.nodes(ROMEO)));
        assertEquals(List.of(), await(users.nodes(Jid.of("nobody@example.org"))));
    }

    @Test
    void keepsTextOfEveryKind() {
        StringBuilder text = new StringBuilder("'\"\\%_;--\t\n");
        for (int plane = 0; plane <= 16; plane++) {
            text.appendCodePoint(plane * 0x10000 + 0xa1);
        }
        String odd = text.toString();
        String large = "\u00e9".repeat(100_000);
        Jid user = Jid.of("\u0436\u0443\u043b\u044c@example.org");
        await(users.create(user, List.of(root(odd, odd), root("large", large), root("empty", "")), Fence.HERE));
        assertEquals(Map.of(odd, odd, "large", large, "empty", ""), values(user, UserRepository.ROOT));
        assertEquals(List.of(user), await(users.users(null, 10)));
    }

    @Test
    void takesAddressesOfTheGreatestLength() {
        Set<Jid> all = new HashSet<>();
        for (char last : new char[] {'a', 'b'}) {
            Jid user = Jid.of("l".repeat(1023), "d".repeat(1022) + last, null);
            all.add(user);
            assertTrue(await(users.create(user, List.of(root("k", user.toString())), Fence.HERE)));
        }
        for (Jid user : all) {
            assertEquals(user.toString(), values(user, UserRepository.ROOT).get("k"));
        }
        assertEquals(all, new HashSet<>(await(users.users(null, 10))));
    }

    @Test
    void whatWasAcknowledgedIsThereAfterARestart() throws Exception {
        await(users.create(ROMEO, List.of(root("a", "1")), Fence.HERE));
        await(users.create(JULIET, List.of(), Fence.HERE));
        await(users.write(ROMEO, List.of(new Setting("x/y", "b", "2")), Fence.HERE));
        await(users.remove(JULIET, Fence.HERE));
        restart();
        assertEquals(List.of(ROMEO), await(users.users(null, 10)));
        assertEquals(Map.of("a", "1"), values(ROMEO, UserRepository.ROOT));
        assertEquals(Map.of("b", "2"), values(ROMEO, "x/y"));
    }
}
