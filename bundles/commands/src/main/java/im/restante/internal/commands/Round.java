package im.restante.internal.commands;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.command.CommandNote;
import im.restante.command.CommandNote.Severity;
import im.restante.command.CommandStep;
import im.restante.jid.Jid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * One act on several accounts, one after the other, which answers in time. What is not begun when the permit ends is not done, and is
 * said to be left out; what is under way then goes on, and the log says what became of it.
 */
final class Round {
    private final Permit permit;
    private final List<Jid> accounts;
    private final Room room;
    private final List<CommandNote> notes = new ArrayList<>(); // these: guarded by this
    private int unsaid;
    private int begun;
    private int left;
    private String why;

    Round(Permit permit, List<Jid> accounts, Room room) {
        this.permit = permit;
        this.accounts = accounts;
        this.room = room;
    }

    /**
     * Runs it.
     *
     * @param act     never fails: completes with null, or with why it is not done
     * @param leftOut told which accounts are left out, and why
     * @param within  how long the answer waits for what is under way
     */
    CompletionStage<CommandStep> run(
            Function<Jid, CompletionStage<String>> act, BiConsumer<Jid, String> leftOut, Duration within) {
        CompletionStage<Void> all = completedFuture(null);
        for (Jid account : accounts) {
            all = all.thenCompose(before -> {
                String ended = begin();
                if (ended != null) {
                    leftOut.accept(account, ended);
                    return completedFuture(null);
                }
                return act.apply(account).thenAccept(problem -> ended(account, problem));
            });
        }
        CompletableFuture<CommandStep> answer =
                all.thenApply(done -> finished()).toCompletableFuture().copy();
        if (!answer.isDone()) {
            CompletableFuture<Void> late =
                    new CompletableFuture<Void>().completeOnTimeout(null, within.toMillis(), TimeUnit.MILLISECONDS);
            late.thenRun(() -> answer.complete(unfinished()));
            answer.whenComplete((step, problem) -> late.cancel(false));
        }
        return answer;
    }

    /** @return why the next one is left out; null if it is not */
    private String begin() {
        Exception ended = permit.ended();
        synchronized (this) {
            if (why == null && ended != null) {
                why = ended.getMessage();
            }
            if (why == null) {
                begun++;
            } else {
                left++;
            }
            return why;
        }
    }

    private synchronized void ended(Jid account, String problem) {
        if (problem != null) {
            say(account + ": " + problem);
        }
    }

    private void say(String text) {
        if (room.takes(text)) {
            notes.add(new CommandNote(Severity.ERROR, text));
        } else {
            unsaid++;
        }
    }

    private synchronized CommandStep finished() {
        return answered(left);
    }

    private synchronized CommandStep unfinished() {
        why = AdminActs.NO_TIME;
        say(accounts.get(begun - 1) + ": under way; the log will have what became of it");
        return answered(accounts.size() - begun);
    }

    private CommandStep answered(int remaining) {
        List<CommandNote> all = new ArrayList<>(notes);
        if (unsaid > 0) {
            all.add(new CommandNote(Severity.WARN, unsaid + " more were not done; the log has them"));
        }
        if (remaining > 0) {
            all.add(new CommandNote(Severity.ERROR, remaining + " accounts remain, not done: " + why));
        }
        return CommandStep.done(all);
    }
}
