package im.restante.internal.support;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Asks many at once, each on a thread of its own, and takes what is answered in time. One that is still busy with the same question is
 * not asked again: whoever asks meanwhile waits for the same answer. So one that never answers costs one thread. They are told apart by
 * identity. Safe for concurrent use.
 *
 * @param <S> whoever is asked
 * @param <A> what they answer
 */
public final class Survey<S, A> implements AutoCloseable {
    private final Function<S, A> question;
    private final long patienceNanos;
    private final ExecutorService threads;
    private final Map<S, CompletableFuture<A>> open = Collections.synchronizedMap(new IdentityHashMap<>());

    /**
     * @param name     of the threads
     * @param question what all are asked
     * @param patience for all of them together
     */
    public Survey(String name, Function<S, A> question, Duration patience) {
        this.question = question;
        this.patienceNanos = patience.toNanos();
        this.threads = Executors.newCachedThreadPool(Threads.daemons(name));
    }

    /**
     * What one answered.
     *
     * @param of      who was asked
     * @param answer  null: there is none
     * @param problem why there is none; null if it only did not come in time
     */
    public record Answer<S, A>(S of, A answer, Throwable problem) {}

    /**
     * Returns when all have answered, or when it is time.
     *
     * @param those may change meanwhile: those are asked that are there at the beginning
     * @return in their order
     */
    public List<Answer<S, A>> ask(Collection<? extends S> those) {
        long end = System.nanoTime() + patienceNanos;
        List<S> now = List.copyOf(those);
        List<CompletableFuture<A>> asked = now.stream().map(this::begin).toList();
        List<Answer<S, A>> answers = new ArrayList<>(now.size());
        for (int i = 0; i < now.size(); i++) {
            answers.add(await(now.get(i), asked.get(i), end));
        }
        return answers;
    }

    private CompletableFuture<A> begin(S one) {
        CompletableFuture<A> mine = new CompletableFuture<>();
        CompletableFuture<A> before = open.putIfAbsent(one, mine);
        if (before != null) {
            return before;
        }
        try {
            threads.execute(() -> answer(one, mine));
        } catch (RejectedExecutionException | OutOfMemoryError e) { // it is closed, or there is no thread
            OutOfMemory.endsProcess(e);
            open.remove(one, mine);
            mine.completeExceptionally(e);
        }
        return mine;
    }

    private void answer(S one, CompletableFuture<A> to) {
        A answer = null;
        Throwable problem = null;
        try {
            answer = question.apply(one);
        } catch (Throwable e) { // a LinkageError when bundles are exchanged
            OutOfMemory.endsProcess(e);
            problem = e;
        }
        open.remove(one, to); // first: whoever asks anew is told something new
        if (problem == null) {
            to.complete(answer);
        } else {
            to.completeExceptionally(problem);
        }
    }

    private static <S, A> Answer<S, A> await(S one, CompletableFuture<A> answer, long end) {
        try {
            return new Answer<>(one, answer.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS), null);
        } catch (TimeoutException e) {
            return new Answer<>(one, null, null);
        } catch (ExecutionException e) {
            return new Answer<>(one, null, Failures.unwrap(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer<>(one, null, e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
