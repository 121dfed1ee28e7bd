package im.restante.internal.delivery;

import static im.restante.internal.delivery.Fixture.ROMEO;
import static im.restante.internal.delivery.Fixture.TOLD;
import static im.restante.internal.delivery.Fixture.chat;
import static im.restante.internal.delivery.Fixture.message;
import static im.restante.internal.delivery.Fixture.row;
import static im.restante.internal.delivery.StoreTest.now;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.archive.ArchivePolicy;
import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.itests.support.FakeArchive;
import im.restante.itests.support.FakeReference;
import im.restante.itests.support.MemoryStore;
import im.restante.jid.Jid;
import im.restante.stanza.Message;
import im.restante.store.Appended;
import im.restante.store.ArchivedMessage;
import im.restante.store.Claim;
import im.restante.store.MessageArchive;
import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import im.restante.store.Usage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ArchiveCopiesTest {
    private static final CompletionStage<Boolean> YES = CompletableFuture.completedStage(true);
    private static final Verdict STORED = new Verdict.Stored("kept");

    private final Fixture fixture = new Fixture().judging();
    private final MemoryStore store = new MemoryStore();
    private final FakeArchive archive = new FakeArchive();

    /** @param keeps what it answers */
    private static ArchivePolicy policy(
            MessageArchive archive, BiFunction<Jid, Message, CompletionStage<Boolean>> keeps) {
        return new ArchivePolicy() {
            @Override
            public MessageArchive archive() {
                return archive;
            }

            @Override
            public CompletionStage<Boolean> keeps(Jid owner, Message message) {
                return keeps.apply(owner, message);
            }
        };
    }

    private void keepAllIn(MessageArchive kept) {
        fixture.delivery.bindArchivePolicy(policy(kept, (owner, message) -> YES));
    }

    private static List<Long> ids(List<ArchivedMessage> messages) {
        return messages.stream().map(ArchivedMessage::id).toList();
    }

    @Test
    void withoutAPolicyNothingIsArchived() {
        store.archive = archive;
        fixture.bind("memory", 0, store);
        assertEquals(STORED, now(fixture.store(1, chat())));
        assertEquals(List.of(), ids(archive.withMessages));
        assertEquals(List.of(), ids(archive.added));
    }

    @Test
    void aStoreThatKeepsTheArchiveKeepsTheCopyWithTheMessage() {
        store.archive = archive;
        fixture.bind("memory", 0, store);
        keepAllIn(archive);
        assertEquals(STORED, now(fixture.store(1, chat())));
        assertEquals(List.of(1L), ids(archive.withMessages));
        assertEquals(List.of(), ids(archive.added));
        ArchivedMessage copy = archive.withMessages.get(0);
        assertEquals(ROMEO, copy.owner());
        assertEquals(Jid.of("juliet@example.org/balcony"), copy.peer());
        assertEquals(row(1).receivedAt(), copy.receivedAt());
    }

    @Test
    void anArchiveOfItsOwnGetsTheCopyOnceTheMessageIsStoredAndBeforeItsVerdict() {
        store.archive = new FakeArchive();
        fixture.bind("memory", 0, store);
        keepAllIn(archive);
        CompletableFuture<Void> adding = new CompletableFuture<>();
        archive.answer = () -> {
            assertEquals(1, store.rows.size());
            return adding;
        };
        CompletionStage<Verdict> verdict = fixture.store(1, chat());
        assertEquals(List.of(1L), ids(archive.added));
        assertNull(now(verdict));
        adding.complete(null);
        assertEquals(STORED, now(verdict));
        assertEquals(List.of(), ids(store.archive.withMessages));
    }

    @Test
    void thePolicySaysWhatIsKept() {
        store.archive = archive;
        fixture.bind("memory", 0, store);
        fixture.delivery.bindArchivePolicy(policy(archive, (owner, message) -> {
            assertEquals(ROMEO, owner);
            return CompletableFuture.completedStage(!message.element().text().isEmpty()
                    || message.element()
                            .child("urn:example:anything", "anything")
                            .isPresent());
        }));
        now(fixture.store(1, chat()));
        now(fixture.store(2, message("chat", "body anything")));
        assertEquals(2, store.rows.size());
        assertEquals(List.of(2L), ids(archive.withMessages));
    }

    @Test
    void whoeverComesLaterForTheSameOwnerWaitsForThePolicy() {
        store.archive = archive;
        fixture.bind("memory", 0, store);
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        fixture.delivery.bindArchivePolicy(policy(
                archive,
                (owner, message) -> message.element()
                                .child("urn:example:anything", "anything")
                                .isPresent()
                        ? answer
                        : YES));
        CompletionStage<Verdict> one = fixture.store(1, message("chat", "body anything"));
        CompletionStage<Verdict> two = fixture.store(2, chat());
        assertEquals(List.of(), store.ids());
        answer.complete(true);
        assertEquals(STORED, now(one));
        assertEquals(STORED, now(two));
        assertEquals(List.of(1L, 2L), store.ids());
        assertEquals(List.of(1L, 2L), ids(archive.withMessages));
    }

    @Test
    void whatSaysThatItIsNotToBeKeptForEverIsNotArchived() {
        store.archive = archive;
        fixture.bind("memory", 0, store);
        keepAllIn(archive);
        Message passing = chat().with(Element.of(Namespaces.HINTS, "no-permanent-store"));
        assertEquals(STORED, now(fixture.store(1, passing)));
        assertEquals(List.of(1L), store.ids());
        assertEquals(List.of(), ids(archive.withMessages));
    }

    @Test
    void whatIsRefusedOrOnlyRehearsedIsNotArchived() {
        fixture.bind("memory", 0, store);
        keepAllIn(archive);
        store.onAppend = row -> CompletableFuture.completedFuture(Appended.full(Usage.of(100)));
        assertEquals(TOLD, now(fixture.store(1, chat())).told());
        store.onAppend = row -> null;
        StorageDecision.Keep keep = (StorageDecision.Keep) fixture.delivery.judge(chat(), ROMEO);
        now(fixture.delivery.rehearse(chat(), row(2), keep, new Claim()));
        assertEquals(List.of(), ids(archive.added));
    }

    @Test
    void aPolicyThatFailsOrAnswersNothingCostsTheCopyAndNotTheMessage() throws Exception {
        fixture.bind("memory", 0, store);
        try (SaidInTheLog log = new SaidInTheLog(ArchiveCopies.class)) {
            fixture.delivery.bindArchivePolicy(policy(archive, (owner, message) -> {
                throw new IllegalStateException("broken");
            }));
            assertEquals(STORED, now(fixture.store(1, chat())));
            fixture.delivery.bindArchivePolicy(
                    policy(archive, (owner, message) -> CompletableFuture.failedStage(new StoreException("no"))));
            assertEquals(STORED, now(fixture.store(2, chat())));
            fixture.delivery.bindArchivePolicy(policy(archive, (owner, message) -> null));
            assertEquals(STORED, now(fixture.store(3, chat())));
            fixture.delivery.bindArchivePolicy(
                    policy(archive, (owner, message) -> CompletableFuture.completedStage(null)));
            assertEquals(STORED, now(fixture.store(4, chat())));
            fixture.delivery.bindArchivePolicy(policy(null, (owner, message) -> YES));
            assertEquals(STORED, now(fixture.store(5, chat())));
            assertEquals(1, log.lines("is stored and not archived"), "one in a minute");
        }
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L), store.ids());
        assertEquals(List.of(), ids(archive.added));
    }

    @Test
    void aPolicyThatNeverAnswersIsWaitedForHalfASecond() throws Exception {
        fixture.bind("memory", 0, store);
        fixture.delivery.bindArchivePolicy(policy(archive, (owner, message) -> new CompletableFuture<>()));
        long before = System.nanoTime();
        CompletionStage<Verdict> verdict = fixture.store(1, chat());
        assertNull(now(verdict));
        assertEquals(STORED, verdict.toCompletableFuture().get(30, TimeUnit.SECONDS));
        assertTrue(System.nanoTime() - before >= TimeUnit.MILLISECONDS.toNanos(ArchiveCopies.POLICY_MILLIS));
        assertEquals(List.of(), ids(archive.added));
    }

    @Test
    void aPolicyThatGoesWhileItIsAskedIsFollowedByItsSuccessor() {
        fixture.bind("memory", 0, store);
        ArchivePolicy successor = policy(archive, (owner, message) -> YES);
        fixture.delivery.bindArchivePolicy(policy(archive, (owner, message) -> {
            fixture.delivery.bindArchivePolicy(successor);
            throw new IllegalStateException("stopped");
        }));
        assertEquals(STORED, now(fixture.store(1, chat())));
        assertEquals(List.of(1L), ids(archive.added));
    }

    @Test
    void messagesWaitForAPolicyThatIsBeingReplacedAndNotForOneThatHasGone() {
        fixture.bind("memory", 0, store);
        ArchivePolicy first = policy(archive, (owner, message) -> YES);
        fixture.delivery.bindArchivePolicy(first);
        fixture.delivery.unbindArchivePolicy(first);
        CompletionStage<Verdict> verdict = fixture.store(1, chat());
        assertNull(now(verdict));
        keepAllIn(archive);
        assertEquals(STORED, now(verdict));
        assertEquals(List.of(1L), ids(archive.added));

        ArchivePolicy last = policy(archive, (owner, message) -> YES);
        fixture.delivery.bindArchivePolicy(last);
        fixture.delivery.unbindArchivePolicy(last);
        CompletionStage<Verdict> without = fixture.store(2, chat());
        fixture.pass(Duration.ofSeconds(3));
        assertEquals(STORED, now(without));
        assertEquals(STORED, now(fixture.store(3, chat())), "at once");
        assertEquals(List.of(1L), ids(archive.added));
    }

    @Test
    void anArchiveThatFailsIsToldAgainUntilItKeepsTheCopy() throws Exception {
        fixture.bind("memory", 0, store);
        keepAllIn(archive);
        archive.answer = () -> {
            archive.answer = () -> {
                archive.answer = () -> CompletableFuture.completedFuture(null);
                throw new IllegalStateException("nor now");
            };
            return CompletableFuture.failedFuture(new StoreException("not now"));
        };
        CompletionStage<Verdict> verdict = fixture.store(1, chat());
        assertNull(now(verdict));
        assertEquals(STORED, verdict.toCompletableFuture().get(30, TimeUnit.SECONDS));
        assertEquals(List.of(1L, 1L, 1L), ids(archive.added));
    }

    @Test
    void anArchiveThatFailsForTooLongOrNeverAnswersCostsTheCopyAndNotTheMessage() throws Exception {
        fixture.bind("memory", 0, store);
        keepAllIn(archive);
        archive.answer = () -> CompletableFuture.failedFuture(new StoreException("not now"));
        CompletionStage<Verdict> failing = fixture.store(1, chat());
        archive.answer = CompletableFuture::new;
        CompletionStage<Verdict> silent = fixture.store(2, chat());
        try (SaidInTheLog log = new SaidInTheLog(ArchiveCopies.class)) {
            assertEquals(STORED, failing.toCompletableFuture().get(30, TimeUnit.SECONDS));
            assertEquals(STORED, silent.toCompletableFuture().get(30, TimeUnit.SECONDS));
            assertEquals(1, log.lines("is stored and not archived"));
        }
        assertEquals(List.of(1L, 2L), store.ids());
    }

    @Test
    void noMoreThanAThousandCopiesWaitForAnArchive() throws Exception {
        fixture.bind("memory", 0, store);
        keepAllIn(archive);
        archive.answer = CompletableFuture::new;
        List<CompletionStage<Verdict>> waiting = new ArrayList<>();
        for (int id = 1; id <= ArchiveCopies.MOST_WAITING; id++) {
            waiting.add(fixture.store(id, chat()));
        }
        assertEquals(STORED, now(fixture.store(ArchiveCopies.MOST_WAITING + 1, chat())), "without its copy");
        for (CompletionStage<Verdict> one : waiting) {
            assertEquals(STORED, one.toCompletableFuture().get(30, TimeUnit.SECONDS));
        }
    }

    private static <T> T thrown(Error problem) {
        throw problem;
    }

    @Test
    void aStoreThatFailsWhenItIsAskedForItsArchiveCountsAsOneWithout() throws Exception {
        fixture.bind("memory", 0, store);
        keepAllIn(archive);
        List<Supplier<Optional<MessageArchive>>> answers = List.of(
                () -> {
                    throw new IllegalStateException("broken on purpose");
                },
                () -> thrown(new NoClassDefFoundError("broken on purpose")),
                () -> thrown(new StackOverflowError("broken on purpose")),
                () -> null);
        try (SaidInTheLog log = new SaidInTheLog(StoreArchives.class)) {
            for (int i = 0; i < answers.size(); i++) {
                store.onArchive = answers.get(i);
                assertEquals(STORED, now(fixture.store(i + 1, chat())));
            }
            assertEquals(1, log.lines("the store memory failed when it was asked for its archive"), "one in a minute");
        }
        assertEquals(List.of(1L, 2L, 3L, 4L), store.ids());
        assertEquals(List.of(1L, 2L, 3L, 4L), ids(archive.added), "by a call of its own");
    }

    @Test
    void anAccountIsRemovedThoughAStoreFailsWhenItIsAskedForItsArchive() {
        fixture.bind("memory", 0, store);
        now(fixture.store(1, chat()));
        store.onArchive = () -> null;
        assertNull(fixture.delivery.removing(ROMEO).toCompletableFuture().join());
        assertEquals(List.of(), store.ids());
    }

    @Test
    void anErrorOfAPolicyOrOfAnArchiveCostsTheCopyAndNotTheMessage() throws Exception {
        fixture.bind("memory", 0, store);
        fixture.delivery.bindArchivePolicy(
                policy(archive, (owner, message) -> thrown(new StackOverflowError("broken on purpose"))));
        assertEquals(STORED, now(fixture.store(1, chat())));
        fixture.delivery.bindArchivePolicy(new ArchivePolicy() {
            @Override
            public MessageArchive archive() {
                return thrown(new StackOverflowError("broken on purpose"));
            }

            @Override
            public CompletionStage<Boolean> keeps(Jid owner, Message message) {
                return YES;
            }
        });
        assertEquals(STORED, now(fixture.store(2, chat())));
        keepAllIn(archive);
        archive.answer = () -> thrown(new StackOverflowError("broken on purpose"));
        assertEquals(STORED, fixture.store(3, chat()).toCompletableFuture().get(30, TimeUnit.SECONDS));
        assertEquals(List.of(1L, 2L, 3L), store.ids());
    }

    /** Whoever takes the name next must not find it; what came after the removal is his. */
    @Test
    void theArchiveOfARemovedAccountIsEmptied() {
        store.archive = archive;
        fixture.bind("memory", 0, store);
        now(fixture.store(1, chat()));
        assertTrue(fixture.delivery.removing(ROMEO).toCompletableFuture().isDone());
        assertEquals(List.of(), store.ids());
        assertEquals(List.of(ROMEO + " to " + Fixture.NOW), archive.removed);
    }

    /** The next store's archive keeps the copy, though the policy was asked while the first one was there. */
    @Test
    void aStoreThatIsReplacedBeforeItBeginsIsFollowedByOneThatKeepsTheCopy() {
        FakeArchive nexts = new FakeArchive();
        MemoryStore next = new MemoryStore();
        next.archive = nexts;
        store.archive = archive;
        FakeReference<MessageStore> reference = fixture.bind("first", 0, store);
        FakeArchive[] now = {archive};
        fixture.delivery.bindArchivePolicy(new ArchivePolicy() {
            @Override
            public MessageArchive archive() {
                return now[0];
            }

            @Override
            public CompletionStage<Boolean> keeps(Jid owner, Message message) {
                return YES;
            }
        });
        CompletableFuture<Appended> first = new CompletableFuture<>();
        store.onQueued = (row, claim) -> first;
        CompletionStage<Verdict> verdict = fixture.store(1, chat());
        fixture.delivery.unbindStore(reference);
        fixture.bind("second", 0, next);
        now[0] = nexts;
        first.completeExceptionally(StoreException.nothingChanged("the store is closed"));
        fixture.pass(Duration.ofSeconds(1));
        assertEquals(STORED, now(verdict));
        assertEquals(List.of(1L), ids(nexts.withMessages));
        assertEquals(List.of(), ids(archive.withMessages));
    }

    /** Its caller offers the message to the delivery that comes next, which stores it again under its id, and tells the archive again. */
    @Test
    void aDeliveryThatStopsPassesOnWhatIsStoredAndNotYetArchived() {
        fixture.delivery.open();
        fixture.bind("memory", 0, store);
        keepAllIn(archive);
        archive.answer = CompletableFuture::new;
        Claim claim = new Claim();
        CompletionStage<Verdict> verdict = fixture.store(1, chat(), claim);
        fixture.closeAtOnce();
        CompletionException passedOn = assertThrows(
                CompletionException.class, () -> verdict.toCompletableFuture().join());
        assertInstanceOf(StoreException.class, passedOn.getCause());

        Fixture next = new Fixture().judging();
        next.bind("memory", 0, store);
        archive.answer = () -> CompletableFuture.completedFuture(null);
        next.delivery.bindArchivePolicy(policy(archive, (owner, message) -> YES));
        CompletionStage<Verdict> again = next.store(1, chat(), claim);
        next.pass(Duration.ofSeconds(1));
        assertEquals(STORED, now(again));
        assertEquals(List.of(1L), store.ids());
        assertEquals(List.of(1L, 1L), ids(archive.added));
    }
}
