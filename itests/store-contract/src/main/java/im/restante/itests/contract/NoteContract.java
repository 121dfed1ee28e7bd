package im.restante.itests.contract;

import static im.restante.itests.contract.Stages.assertFenced;
import static im.restante.itests.contract.Stages.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.Note;
import im.restante.account.OwedNote;
import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.jid.Jid;
import im.restante.store.Fence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a repository does with what a change to one user owes others. */
abstract class NoteContract extends UserTests {
    private static final long ALL = Long.MAX_VALUE;
    private static final List<Fence> WRONG =
            List.of(new Fence(0, Long.MAX_VALUE), new Fence(1_000, 0), new Fence(1_000, 1));

    /** Romeo owes, and others get it. */
    private void cast() {
        for (Jid user : List.of(ROMEO, JULIET, NURSE)) {
            assertTrue(await(users.create(user, List.of(), Fence.HERE)));
        }
    }

    private static Note note(Jid to, String text) {
        return new Note(ROMEO, to, text);
    }

    /** A change of Romeo's that owes something. */
    private void owe(Note... notes) {
        assertTrue(await(users.write(ROMEO, List.of(), List.of(notes), Fence.HERE)));
    }

    private List<OwedNote> owed() {
        return await(users.owedNotes(0, 0, 10_000, ALL));
    }

    private static List<Note> notes(List<OwedNote> rows) {
        return rows.stream().map(OwedNote::note).toList();
    }

    private static List<Long> numbers(List<OwedNote> rows) {
        return rows.stream().map(OwedNote::number).toList();
    }

    /** Carries one out, as a value of the user it is for: its own text is put behind what is there. */
    private boolean take(OwedNote row) {
        Jid user = row.note().to();
        String before = values(user, "got").getOrDefault("all", "");
        Setting got = new Setting("got", "all", before + row.note().text());
        return await(users.takeNote(0, row.number(), user, List.of(got), List.of(), Fence.HERE));
    }

    private String got(Jid user) {
        return values(user, "got").getOrDefault("all", "");
    }

    private void forget(List<OwedNote> rows) {
        await(users.forgetNotes(numbers(rows), Fence.HERE));
    }

    /** As the one does it who carries. */
    private void carry() {
        for (List<OwedNote> rows = owed(); !rows.isEmpty(); rows = owed()) {
            rows.forEach(this::take);
            forget(rows);
        }
    }

    @Test
    void aChangeAndWhatItOwesOthersAreOneStep() throws Exception {
        cast();
        List<Note> notes = List.of(note(JULIET, "1"), note(NURSE, "2"), note(JULIET, "3"));
        assertTrue(await(users.write(ROMEO, List.of(root("a", "1")), notes, Fence.HERE)));
        for (int start = 0; start < 2; start++) {
            assertEquals(Map.of("a", "1"), values(ROMEO, UserRepository.ROOT));
            assertEquals(notes, notes(owed()));
            assertEquals("", got(JULIET), "nothing is changed for the other");
            restart();
        }
        carry();
        assertEquals("13", got(JULIET));
        assertEquals("2", got(NURSE));
        restart();
        assertEquals(List.of(), owed());
    }

    @Test
    void whoIsNotThereOwesNothing() {
        assertFalse(await(users.write(ROMEO, List.of(root("a", "1")), List.of(note(JULIET, "1")), Fence.HERE)));
        assertFalse(await(users.remove(ROMEO, List.of(note(JULIET, "1")), Fence.HERE)));
        assertEquals(List.of(), owed());
    }

    @Test
    void aRemovalAndWhatItOwesOthersAreOneStep() throws Exception {
        cast();
        assertTrue(await(users.remove(ROMEO, List.of(note(JULIET, "1"), note(NURSE, "2")), Fence.HERE)));
        restart();
        assertFalse(await(users.exists(ROMEO)));
        assertEquals(List.of(note(JULIET, "1"), note(NURSE, "2")), notes(owed()));
        assertTrue(await(users.create(ROMEO, List.of(), Fence.HERE)));
        owe(note(JULIET, "3"));
        carry();
        assertEquals("13", got(JULIET));
    }

    /** Wherever the process dies between the steps: nothing is lost, and nothing is done twice. */
    @Test
    void whateverTheStepAfterWhichItWasCutItIsDoneOnce() throws Exception {
        cast();
        String expected = "";
        for (int steps = 0; steps <= 2; steps++) {
            owe(note(JULIET, Integer.toString(steps)));
            expected += steps;
            List<OwedNote> rows = owed();
            if (steps > 0) {
                assertTrue(take(rows.get(0)));
            }
            if (steps > 1) {
                forget(rows);
            }
            restart();
            assertEquals(steps > 1 ? List.of() : numbers(rows), numbers(owed()));
            carry();
            assertEquals(expected, got(JULIET));
        }
    }

    @Test
    void whatWasTakenIsNotTakenAgainHoweverOften() throws Exception {
        cast();
        owe(note(JULIET, "1"));
        OwedNote first = owed().get(0);
        assertTrue(take(first));
        assertFalse(take(first));
        restart();
        List<CompletionStage<Boolean>> together = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            together.add(users.takeNote(0, first.number(), JULIET, List.of(root("a", "1")), List.of(), Fence.HERE));
        }
        assertEquals(0, together.stream().filter(Stages::await).count());
        assertEquals("1", got(JULIET));
        assertEquals(Map.of(), values(JULIET, UserRepository.ROOT));
        forget(List.of(first));
        assertFalse(take(first), "forgotten, and still decided");
    }

    @Test
    void whoPassesALaterNumberHasDecidedOfTheEarlierOnesForThatUserAlone() {
        cast();
        owe(note(JULIET, "1"), note(NURSE, "2"), note(JULIET, "3"));
        List<OwedNote> rows = owed();
        assertTrue(take(rows.get(2)));
        assertFalse(take(rows.get(0)));
        assertTrue(take(rows.get(1)));
        assertEquals("3", got(JULIET));
        assertEquals("2", got(NURSE));
    }

    @Test
    void whatAnotherPartitionOwesHasNumbersOfItsOwn() {
        cast();
        owe(note(JULIET, "1"));
        OwedNote row = owed().get(0);
        assertTrue(take(row));
        assertTrue(await(users.takeNote(7, row.number(), JULIET, List.of(root("a", "1")), List.of(), Fence.HERE)));
        assertFalse(await(users.takeNote(7, row.number(), JULIET, List.of(root("a", "2")), List.of(), Fence.HERE)));
        assertEquals(Map.of("a", "1"), values(JULIET, UserRepository.ROOT));
        assertEquals(List.of(row), owed());
    }

    @Test
    void whatIsTakenMayOweSomethingInTurnAndOwesItOnce() throws Exception {
        cast();
        owe(note(JULIET, "1"));
        OwedNote asked = owed().get(0);
        Note answer = new Note(JULIET, ROMEO, "answer");
        for (int i = 0; i < 2; i++) {
            boolean taken = await(users.takeNote(0, asked.number(), JULIET, List.of(), List.of(answer), Fence.HERE));
            assertEquals(i == 0, taken);
            restart();
        }
        assertEquals(List.of(note(JULIET, "1"), answer), notes(owed()));
        carry();
        assertEquals("answer", got(ROMEO));
    }

    @Test
    void nobodyTakesForAUserWhoIsNotThere() {
        assertTrue(await(users.create(ROMEO, List.of(), Fence.HERE)));
        owe(note(JULIET, "1"));
        OwedNote row = owed().get(0);
        assertFalse(take(row));
        assertFalse(await(users.takeNote(
                0, row.number(), JULIET, List.of(), List.of(new Note(JULIET, ROMEO, "answer")), Fence.HERE)));
        assertEquals(List.of(row), owed());
        assertFalse(await(users.exists(JULIET)));
    }

    @Test
    void whatWasOwedToARemovedUserIsNotGivenToWhoeverTakesTheName() throws Exception {
        cast();
        owe(note(JULIET, "old"), note(NURSE, "kept"));
        List<OwedNote> rows = owed();
        assertTrue(await(users.remove(JULIET, Fence.HERE)));
        assertTrue(await(users.create(JULIET, List.of(), Fence.HERE)));
        assertFalse(take(rows.get(0)));
        restart();
        assertFalse(take(rows.get(0)));
        owe(note(JULIET, "new"));
        carry();
        assertEquals("new", got(JULIET));
        assertEquals("kept", got(NURSE));
    }

    @Test
    void numbersGrowWithTheCommitsAndAreNeverGivenAgain() throws Exception {
        cast();
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            owe(note(JULIET, "a"), note(NURSE, "b"));
            owe(note(JULIET, "c"));
            assertEquals(
                    List.of("a", "b", "c"),
                    notes(owed()).stream().map(Note::text).toList());
            all.addAll(numbers(owed()));
            forget(owed());
            restart();
        }
        assertEquals(9, all.size());
        assertEquals(all.stream().distinct().sorted().toList(), all);
    }

    @Test
    void showsWhatIsOwedInPages() {
        cast();
        owe(IntStream.range(0, 150)
                .mapToObj(n -> note(n % 2 == 0 ? JULIET : NURSE, "0123456789"))
                .toArray(Note[]::new));
        List<Long> rows = numbers(owed());
        assertEquals(150, rows.size());
        assertEquals(rows.subList(0, 40), numbers(await(users.owedNotes(0, 0, 40, ALL))));
        assertEquals(rows.subList(40, 43), numbers(await(users.owedNotes(0, rows.get(39), 100, 35))));
        assertEquals(rows.subList(0, 1), numbers(await(users.owedNotes(0, 0, 100, 1))), "at least one");
        assertEquals(List.of(), await(users.owedNotes(0, rows.get(149), 100, ALL)));
        assertEquals(List.of(), await(users.owedNotes(1, 0, 100, ALL)), "another partition's");
    }

    @Test
    void forgettingIsHarmlessWhenRepeatedAndForgetsNothingElse() throws Exception {
        cast();
        owe(note(JULIET, "1"), note(JULIET, "2"), note(JULIET, "3"));
        List<OwedNote> rows = owed();
        await(users.forgetNotes(List.of(rows.get(1).number(), 999_999L), Fence.HERE));
        forget(rows.subList(1, 2));
        await(users.forgetNotes(List.of(), Fence.HERE));
        restart();
        assertEquals(List.of(rows.get(0), rows.get(2)), owed());
        carry();
        assertEquals("13", got(JULIET));
    }

    @Test
    void aWrongEpochChangesNothingOnEitherSide() throws Exception {
        cast();
        owe(note(JULIET, "1"));
        List<OwedNote> rows = owed();
        for (Fence wrong : WRONG) {
            assertFenced(users.write(ROMEO, List.of(root("a", "1")), List.of(note(JULIET, "x")), wrong));
            assertFenced(users.remove(ROMEO, List.of(note(JULIET, "x")), wrong));
            assertFenced(users.takeNote(
                    0, rows.get(0).number(), JULIET, List.of(root("a", "1")), List.of(note(NURSE, "x")), wrong));
            assertFenced(users.forgetNotes(numbers(rows), wrong));
        }
        restart();
        assertEquals(rows, owed());
        assertEquals(Map.of(), values(ROMEO, UserRepository.ROOT));
        assertEquals(Map.of(), values(JULIET, UserRepository.ROOT));
        carry();
        assertEquals("1", got(JULIET), "nothing was decided");
    }

    @Test
    void keepsNotesOfEveryKindAndBetweenTheLongestAddresses() throws Exception {
        StringBuilder odd = new StringBuilder("'\"\\%_;--\t\n");
        for (int plane = 0; plane <= 16; plane++) {
            odd.appendCodePoint(plane * 0x10000 + 0xa1);
        }
        Jid longest = Jid.of("l".repeat(1023), "d".repeat(1023), null);
        assertTrue(await(users.create(longest, List.of(), Fence.HERE)));
        List<Note> notes = List.of(
                new Note(longest, ROMEO, odd.toString()),
                new Note(ROMEO, longest, "\u00e9".repeat(100_000)),
                new Note(longest, longest, ""));
        assertTrue(await(users.write(longest, List.of(), notes, Fence.HERE)));
        restart();
        assertEquals(notes, notes(owed()));
    }

    /** Whoever reads on behind the last number misses nothing. */
    @Test
    void whatManyOweAtOnceIsSeenInTheOrderOfItsNumbers() throws Exception {
        cast();
        int threads = 6;
        int each = 40;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> working = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                working.add(pool.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        owe(note(JULIET, "x"));
                    }
                }));
            }
            List<OwedNote> seen = new ArrayList<>();
            boolean isLast = false;
            while (true) {
                long behind = seen.isEmpty() ? 0 : seen.get(seen.size() - 1).number();
                List<OwedNote> page = await(users.owedNotes(0, behind, 7, ALL));
                seen.addAll(page);
                if (page.isEmpty()) {
                    if (isLast) {
                        break;
                    }
                    isLast = working.stream().allMatch(Future::isDone);
                }
            }
            for (Future<?> one : working) {
                one.get(30, TimeUnit.SECONDS);
            }
            assertEquals(threads * each, seen.size());
            assertEquals(numbers(owed()), numbers(seen));
        } finally {
            pool.shutdownNow();
        }
    }
}
