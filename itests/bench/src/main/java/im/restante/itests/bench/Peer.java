package im.restante.itests.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.itests.harness.PlainLogin;
import im.restante.itests.harness.ServerProcess;
import im.restante.itests.harness.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A client that costs as little as it can: it writes bytes made beforehand, and of what comes in it looks only at the tags it
 * waits for and at the two numbers at the head of a body. Plain TCP and PLAIN, one reading thread. {@link #write} is for one
 * thread at a time.
 */
final class Peer implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final Map<String, CompletableFuture<Void>> pings = new ConcurrentHashMap<>();
    private final Receiver receiver;
    private final CountDownLatch over = new CountDownLatch(1);
    private int pingCount;
    private byte[] buffer = new byte[512];
    private int filled;

    private Peer(Socket socket, Receiver receiver) throws IOException {
        this.socket = socket;
        this.receiver = receiver;
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    /**
     * Connects, authenticates and binds; presence is not sent.
     *
     * @param receiver told of every message
     */
    static Peer login(int port, String user, String resource, Receiver receiver) throws IOException {
        return login(port, user, ServerProcess.password(user), resource, receiver);
    }

    /** As above, with a password that is not the usual one. */
    static Peer login(int port, String user, String password, String resource, Receiver receiver) throws IOException {
        Peer peer = new Peer(PlainLogin.open(port, user, password, resource), receiver);
        Threads.start(peer::readAll);
        return peer;
    }

    void write(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
    }

    void presence() throws IOException {
        write("<presence/>".getBytes(US_ASCII));
    }

    /** Sends a ping to the server and waits for its answer: what was sent before is taken then. */
    void ping() throws Exception {
        String id = "p" + pingCount++;
        CompletableFuture<Void> answer = new CompletableFuture<>();
        pings.put(id, answer);
        write(("<iq type='get' id='" + id + "'><ping xmlns='urn:xmpp:ping'/></iq>").getBytes(US_ASCII));
        answer.get(120, TimeUnit.SECONDS);
    }

    /** Leaves in order, and waits until the server knows: until then it would be given what is sent to it. */
    @Override
    public void close() {
        try {
            write("</stream:stream>".getBytes(US_ASCII));
            socket.shutdownOutput();
            over.await(10, TimeUnit.SECONDS);
        } catch (IOException e) {
            // it is gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        cut();
    }

    /** Ends the connection without a word. */
    void cut() {
        try {
            socket.close();
        } catch (IOException e) {
            // gone either way
        }
    }

    private void fill() throws IOException {
        if (filled == buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        int read = in.read(buffer, filled, buffer.length - filled);
        if (read < 0) {
            throw new IOException("the server closed the connection");
        }
        filled += read;
    }

    private void readAll() {
        try {
            while (true) {
                if (filled == buffer.length && buffer.length < BUFFER) {
                    buffer = Arrays.copyOf(buffer, BUFFER);
                }
                fill();
                int used = scan();
                System.arraycopy(buffer, used, buffer, 0, filled - used);
                filled -= used;
            }
        } catch (IOException e) {
            pings.values().forEach(ping -> ping.completeExceptionally(e));
        } finally {
            over.countDown();
        }
    }

    /** Looks at every complete tag; gives where the first incomplete one begins. */
    private int scan() throws IOException {
        int at = 0;
        while (true) {
            while (at < filled && buffer[at] != '<') {
                at++;
            }
            int end = at;
            while (end < filled && buffer[end] != '>') {
                end++;
            }
            if (end >= filled) {
                return at;
            }
            byte first = buffer[at + 1];
            if (first == 'b' && end - at == 5) { // <body>S.N text
                int space = end;
                while (space < filled && buffer[space] != ' ') {
                    space++;
                }
                if (space >= filled) {
                    return at;
                }
                count(end + 1, space);
            } else if (first == 'i' && buffer[at + 2] == 'q') {
                iq(new String(buffer, at, end - at, UTF_8));
            } else if (first == 'm' && new String(buffer, at, end - at, UTF_8).contains("error")) {
                receiver.error();
            }
            at = end + 1;
        }
    }

    private void count(int from, int to) {
        int sender = 0;
        int at = from;
        while (buffer[at] != '.') {
            sender = sender * 10 + buffer[at++] - '0';
        }
        int number = 0;
        for (at++; at < to; at++) {
            number = number * 10 + buffer[at] - '0';
        }
        receiver.message(sender, number);
    }

    private void iq(String tag) throws IOException {
        String id = attribute(tag, "id");
        if (tag.contains("get") || tag.contains("set")) { // the server asks whether we live
            write(("<iq type='result' id='" + id + "'/>").getBytes(UTF_8));
            return;
        }
        CompletableFuture<Void> ping = id == null ? null : pings.remove(id);
        if (ping != null) {
            ping.complete(null);
        }
    }

    private static String attribute(String tag, String name) {
        int at = tag.indexOf(' ' + name + '=');
        if (at < 0) {
            return null;
        }
        int start = at + name.length() + 3;
        return tag.substring(start, tag.indexOf(tag.charAt(start - 1), start));
    }

    /** Runs {@code task} for each of the numbers below {@code count} on a thread each, and waits for all. */
    static void each(int count, Consumer<Integer> task) throws Exception {
        CompletableFuture<?>[] all = new CompletableFuture<?>[count];
        for (int i = 0; i < count; i++) {
            int number = i;
            all[i] = Threads.run(() -> task.accept(number));
        }
        CompletableFuture.allOf(all).get(300, TimeUnit.SECONDS);
    }
}
