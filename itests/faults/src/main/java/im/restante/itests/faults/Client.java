package im.restante.itests.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.itests.harness.PlainLogin;
import im.restante.itests.harness.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A client that keeps what it is given, answers the server's pings as every client does and, with stream management (XEP-0198),
 * its requests with an honest count; it can be made to fail: to cut its connection with a reset, or to stop reading, when it has
 * got a certain number of messages.
 */
final class Client implements AutoCloseable {
    private static final Pattern ID = Pattern.compile(" id=['\"]([^'\"]*)['\"]");
    private static final Pattern STANZA_ID = Pattern.compile("<stanza-id[^>]*? id=['\"]([^'\"]*)['\"]");
    /** Of what a sender is told about a rule of his message (XEP-0079 §3.4). */
    private static final Pattern STATUS = Pattern.compile("<amp [^>]*status=");

    private static final String SM = "urn:xmpp:sm:3";
    /** Small, so that a client that does not read is felt by the server soon. */
    private static final int RECEIVE_BUFFER = 16 * 1024;

    /**
     * A message as it came.
     *
     * @param mail     empty if it is not as it was sent
     * @param stanzaId XEP-0359, empty without one
     */
    record Received(Optional<Mail> mail, String stanzaId) {}

    private final Socket socket = new Socket();
    private final ReentrantLock writing = new ReentrantLock();
    private final Map<String, CompletableFuture<Void>> questions = new ConcurrentHashMap<>();
    private final List<Received> received = new ArrayList<>();
    private final List<Received> replies = new ArrayList<>();
    private final Verdicts verdicts = new Verdicts();
    private final StanzaSplitter splitter = new StanzaSplitter();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch readingOn = new CountDownLatch(1);
    private final CompletableFuture<String> managed = new CompletableFuture<>();
    /** Stanzas that came since stream management was enabled; -1 without it. Written by the reading thread only. */
    private volatile long handled = -1;

    private volatile int cutAfter = Integer.MAX_VALUE;
    private volatile int pauseAfter = Integer.MAX_VALUE;
    private volatile boolean paused;
    private int pings;

    private final Patience patience;

    private Client(Patience patience) {
        this.patience = patience;
    }

    /** Connects, authenticates and binds; presence is not sent. */
    static Client login(int port, String user, String resource, Patience patience) throws IOException {
        Client client = new Client(patience);
        client.socket.setTcpNoDelay(true);
        client.socket.setReceiveBufferSize(RECEIVE_BUFFER);
        PlainLogin.bind(client.socket, port, user, resource);
        Threads.start(client::readAll);
        return client;
    }

    /**
     * Enables stream management.
     *
     * @param resumableSeconds how long the stream shall be resumable after a cut; 0: not at all
     * @return the id to resume the stream with; empty if it cannot be
     */
    String manage(int resumableSeconds) throws Exception {
        String wish = resumableSeconds == 0 ? "" : " resume='true' max='" + resumableSeconds + "'";
        write("<enable xmlns='" + SM + "'" + wish + "/>");
        String answer = managed.get(patience.seconds(30), TimeUnit.SECONDS);
        Matcher id = ID.matcher(answer);
        if (!answer.startsWith("<enabled")) {
            throw new AssertionError("no stream management: " + answer);
        }
        return id.find() ? id.group(1) : "";
    }

    /**
     * Connects and goes on with the stream of this client, which has ended, by telling how many stanzas it has handled.
     *
     * @param id of the stream, as {@link #manage} gave it
     * @return empty if the server refuses it; then the connection is closed
     */
    Optional<Client> resume(int port, String user, String id) throws Exception {
        awaitEnd();
        Client client = new Client(patience);
        client.socket.setTcpNoDelay(true);
        client.socket.setReceiveBufferSize(RECEIVE_BUFFER);
        PlainLogin.authenticate(client.socket, port, user);
        client.handled = handled;
        Threads.start(client::readAll);
        client.write("<resume xmlns='" + SM + "' previd='" + id + "' h='" + handled + "'/>");
        if (client.managed.get(patience.seconds(30), TimeUnit.SECONDS).startsWith("<resumed")) {
            return Optional.of(client);
        }
        client.close();
        return Optional.empty();
    }

    /** To be called before presence: a reset as soon as so many messages have come. */
    Client cutAfter(int messages) {
        cutAfter = messages;
        return this;
    }

    /** To be called before presence: nothing more is read after so many messages, until {@link #readOn}. */
    Client pauseAfter(int messages) {
        pauseAfter = messages;
        return this;
    }

    boolean isPaused() {
        return paused;
    }

    void readOn() {
        readingOn.countDown();
    }

    void presence() throws IOException {
        write("<presence/>");
    }

    void write(String xml) throws IOException {
        write(xml.getBytes(UTF_8));
    }

    void write(byte[] bytes) throws IOException {
        writing.lock();
        try {
            socket.getOutputStream().write(bytes);
        } finally {
            writing.unlock();
        }
    }

    /** Asks the server without waiting: its answer says that everything up to message {@code number} is taken. */
    void askWhetherTaken(long number) throws IOException {
        write("<iq type='get' id='t" + number + "'><ping xmlns='urn:xmpp:ping'/></iq>");
    }

    /** What was told of the messages that this connection sent. */
    Verdicts verdicts() {
        return verdicts;
    }

    /** Asks and waits: what was sent before is taken then, and what was put out before has come. */
    void ping() throws Exception {
        String id = "p" + pings++;
        CompletableFuture<Void> answer = new CompletableFuture<>();
        questions.put(id, answer);
        write("<iq type='get' id='" + id + "'><ping xmlns='urn:xmpp:ping'/></iq>");
        answer.get(patience.seconds(60), TimeUnit.SECONDS);
    }

    List<Received> received() {
        synchronized (received) {
            return List.copyOf(received);
        }
    }

    int count() {
        synchronized (received) {
            return received.size();
        }
    }

    /** What came of the rules of messages sent; each names its message. */
    List<Received> replies() {
        synchronized (replies) {
            return List.copyOf(replies);
        }
    }

    /** Whether the connection ended inside a stanza; after an orderly end that means that what came was not XML. */
    boolean endedInsideAStanza() {
        awaitEnd();
        return splitter.isInsideAStanza();
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    /** Waits until all that came before the end of the connection was looked at. */
    void awaitEnd() {
        try {
            if (!ended.await(patience.seconds(30), TimeUnit.SECONDS)) {
                throw new AssertionError("the connection did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the connection with a reset. */
    void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // gone either way
        }
    }

    /** Leaves in order and waits until the server has, too. */
    @Override
    public void close() throws IOException {
        try {
            write("</stream:stream>");
            socket.shutdownOutput();
            awaitEnd();
        } catch (IOException e) {
            // cut before
        } finally {
            socket.close();
        }
    }

    private void readAll() {
        byte[] buffer = new byte[8 * 1024];
        try {
            InputStream in = socket.getInputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                splitter.add(buffer, read);
                for (Optional<String> next = splitter.next(); next.isPresent(); next = splitter.next()) {
                    if (!take(next.get())) {
                        return;
                    }
                }
            }
        } catch (IOException e) {
            // the server was killed, or we cut
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.countDown();
            verdicts.end();
            IOException gone = new IOException("the connection ended");
            questions.values().forEach(question -> question.completeExceptionally(gone));
            managed.completeExceptionally(gone);
        }
    }

    /** Gives false if nothing more is to be read. */
    private boolean take(String stanza) throws IOException, InterruptedException {
        String tag = stanza.substring(0, stanza.indexOf('>') + 1);
        if (tag.contains(SM)) {
            streamManagement(tag);
            return true;
        }
        handled += handled >= 0 ? 1 : 0;
        if (tag.startsWith("<iq")) {
            iq(tag);
        } else if (STATUS.matcher(stanza).find()) {
            synchronized (replies) {
                replies.add(new Received(Mail.of(tag), stanzaId(stanza)));
            }
        } else if (tag.startsWith("<message") && tag.contains("error")) {
            Mail.of(tag).ifPresent(mail -> verdicts.refused(mail, stanza));
        } else if (tag.startsWith("<message")) {
            return message(stanza);
        }
        return true;
    }

    private boolean message(String stanza) throws InterruptedException {
        int count;
        synchronized (received) {
            received.add(new Received(Mail.in(stanza), stanzaId(stanza)));
            count = received.size();
        }
        if (count == cutAfter) {
            reset();
            return false;
        }
        if (count == pauseAfter) {
            paused = true;
            readingOn.await();
        }
        return true;
    }

    private static String stanzaId(String stanza) {
        Matcher id = STANZA_ID.matcher(stanza);
        return id.find() ? id.group(1) : "";
    }

    private void streamManagement(String tag) throws IOException {
        if (tag.startsWith("<r ") || tag.startsWith("<r/")) {
            write("<a xmlns='" + SM + "' h='" + handled + "'/>");
        } else if (!tag.startsWith("<a ")) {
            handled = tag.startsWith("<enabled") ? 0 : handled;
            managed.complete(tag);
        }
    }

    private void iq(String tag) throws IOException {
        Matcher matcher = ID.matcher(tag);
        String id = matcher.find() ? matcher.group(1) : "";
        if (tag.contains("get") || tag.contains("set")) { // the server asks whether we have it
            answer(id);
        } else if (id.startsWith("t")) {
            verdicts.takenUpTo(Long.parseLong(id.substring(1)));
        } else {
            CompletableFuture<Void> question = questions.remove(id);
            if (question != null) {
                question.complete(null);
            }
        }
    }

    private void answer(String id) throws IOException {
        write("<iq type='result' id='" + id + "'/>");
    }
}
