package im.restante.internal.http;

import com.sun.net.httpserver.HttpExchange;
import im.restante.http.HttpRequest;
import im.restante.http.HttpResponse;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.LogLimits;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Printable;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request that a resource answers. The resource is asked on a thread of its own, so that the thread of the connection can answer in
 * its place if it never does.
 */
final class Answering {
    private static final Logger LOG = LoggerFactory.getLogger(Answering.class);

    private static final int TOO_LARGE = 413;
    private static final int FAILED = 500;
    static final int UNAVAILABLE = 503;

    private final Served served;
    private final HttpRequest request;
    private final RequestBody body;
    private final Bounds bounds;
    private final LogLimits lines;
    private final CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
    /** The resource's own thread, and that of the connection: the request is over when both are. */
    private final AtomicInteger parts = new AtomicInteger(2);

    private boolean ours; // the answer is not the resource's; of the connection's thread
    private volatile boolean cut;
    private Thread asking; // guarded by this, as the next two
    private Thread writing;
    private boolean endless;

    /** The resource has gone, or the listener closes. */
    private static final class CutException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    Answering(Served served, HttpRequest request, RequestBody body, Bounds bounds, LogLimits lines) {
        this.served = served;
        this.request = request;
        this.body = body;
        this.bounds = bounds;
        this.lines = lines;
    }

    Load.Begin begin() {
        return served.load().begin(this);
    }

    /**
     * Asks the resource and sends what it answers.
     *
     * @throws IOException if the connection must end without more
     */
    void run(HttpExchange exchange, Responder responder, Executor resources) throws IOException {
        try {
            HttpResponse response = answer(resources);
            body.end();
            if (body.isBroken()) {
                throw new IOException("the body of the request did not come");
            }
            if (body.isTooLarge()) {
                responder.refuse(exchange, tooLarge());
            } else {
                send(exchange, responder, response);
            }
        } finally {
            body.end();
            partEnds();
        }
    }

    private void send(HttpExchange exchange, Responder responder, HttpResponse response) throws IOException {
        if (ours
                && request.contentLength()
                        != 0) { // the resource may still read the body, and would read on into the next request
            responder.refuse(exchange, response);
        } else {
            responder.send(exchange, response, ours ? null : this);
        }
    }

    static HttpResponse tooLarge() {
        return HttpResponse.text(TOO_LARGE, "the body of the request is too large\n");
    }

    private HttpResponse answer(Executor resources) throws IOException {
        if (cut) {
            partEnds();
            return unavailable();
        }
        try {
            resources.execute(this::ask);
        } catch (RuntimeException | Error e) { // the bundle stops, or there is no thread
            OutOfMemory.endsProcess(e);
            partEnds();
            return unavailable();
        }
        while (true) {
            long left = body.lastRead() + bounds.answer().toNanos() - System.nanoTime();
            try {
                HttpResponse response = answer.get(Math.max(0, left), TimeUnit.NANOSECONDS);
                return response == null ? failed(new NullPointerException("the answer is null")) : response;
            } catch (TimeoutException e) {
                if (body.lastRead() + bounds.answer().toNanos() - System.nanoTime() <= 0) {
                    interruptAsking();
                    log(
                            "slow",
                            "{} did not answer within {} s; its request was answered 503{}",
                            bounds.answer().toSeconds());
                    return unavailable();
                }
            } catch (ExecutionException e) {
                return instead(e.getCause());
            } catch (InterruptedException e) {
                throw new IOException("the listener closes", e);
            }
        }
    }

    private HttpResponse instead(Throwable problem) {
        if (problem instanceof CutException) {
            interruptAsking();
            return unavailable();
        }
        return body.isTooLarge() || body.isBroken() ? unavailable() : failed(problem);
    }

    private HttpResponse failed(Throwable problem) {
        ours = true;
        OutOfMemory.endsProcess(problem);
        LogLimit limit = lines.of("failed");
        if (limit.isDue()) {
            LOG.error("{} failed; its request was answered 500{}", served, limit.more(), problem);
        }
        return HttpResponse.text(FAILED, "the request failed; the server's log says why\n");
    }

    private HttpResponse unavailable() {
        ours = true;
        return HttpResponse.text(UNAVAILABLE, "no answer at present; try again later\n");
    }

    private void ask() {
        synchronized (this) {
            if (cut) { // its client is told that nothing was done
                partEnds();
                return;
            }
            asking = Thread.currentThread();
        }
        try {
            CompletionStage<HttpResponse> stage = served.resource().handle(request);
            stage.whenComplete((response, problem) -> {
                if (problem != null) {
                    answer.completeExceptionally(problem);
                } else {
                    answer.complete(response);
                }
            });
        } catch (Throwable e) { // a LinkageError, too, as of one whose bundle is gone
            OutOfMemory.endsProcess(e);
            answer.completeExceptionally(e);
        } finally {
            synchronized (this) {
                asking = null;
                Thread.interrupted();
            }
            partEnds();
        }
    }

    private synchronized void interruptAsking() {
        if (asking != null) {
            asking.interrupt();
        }
    }

    private void partEnds() {
        if (parts.decrementAndGet() == 0) {
            served.load().end(this);
        }
    }

    /**
     * Lets the resource write the body of its response.
     *
     * @throws IOException if the connection must end, so that the client knows that something is missing
     */
    void write(HttpResponse response, ResponseOutput out) throws IOException {
        try {
            synchronized (this) {
                writing = Thread.currentThread();
                endless = response.length() < 0;
            }
            if (cut) {
                throw new IOException("the resource has gone");
            }
            response.body().writeTo(out);
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            if (!out.isClientGone() && !cut) {
                log(
                        "body",
                        "{} failed while its response was sent, and the connection was ended: {}{}",
                        Printable.line(e));
            }
            throw new IOException("the response broke off", e);
        } finally {
            synchronized (this) {
                writing = null;
                Thread.interrupted(); // an end in good order may follow
            }
        }
        out.complete();
    }

    /** Whether what is sent has no end that is known. */
    synchronized boolean isEndless() {
        return writing != null && endless;
    }

    /** Whose it is, for the log. */
    @Override
    public String toString() {
        return served.toString();
    }

    /** It does not go on: without an answer it is answered 503; else what is sent breaks off, unless the resource ends it at once. */
    void cut() {
        cut = true;
        answer.completeExceptionally(new CutException());
        synchronized (this) {
            if (writing != null) {
                writing.interrupt();
            }
        }
    }

    private void log(String kind, String line, Object detail) {
        LogLimit limit = lines.of(kind);
        if (limit.isDue()) {
            LOG.error(line, served, detail, limit.more());
        }
    }
}
