package im.restante.itests.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.itests.harness.PlainLogin;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The process that attacks: its arguments are the attack's word, the server's port and seconds. All its connections come from {@link
 * #ADDRESS}. At the end it prints how many bytes it sent and received, and how many connections it made and lost. Safe for concurrent use.
 */
final class Attacker {
    /** Not the one the victims have, so that limits by address can tell them apart. */
    static final String ADDRESS = "127.0.0.66";

    private static final int CONNECT_MILLIS = 30_000;
    private static final int LINGER_MILLIS = 200;

    final AtomicLong sent = new AtomicLong();
    final AtomicLong received = new AtomicLong();
    final AtomicLong connections = new AtomicLong();
    final AtomicLong refused = new AtomicLong();

    private final int port;
    private final long end;
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    private Attacker(int port, long seconds) {
        this.port = port;
        this.end = System.nanoTime() + seconds * 1_000_000_000L;
    }

    public static void main(String[] args) throws Exception {
        Attacker attacker = new Attacker(Integer.parseInt(args[1]), Long.parseLong(args[2]));
        System.out.println("at work");
        try {
            Attacks.of(args[0]).bytes().send(attacker);
        } catch (IOException e) {
            System.err.println(args[0] + ": " + e.getMessage());
        }
        System.out.printf(
                Locale.ROOT,
                "%d %d %d %d%n",
                attacker.sent.get(),
                attacker.received.get(),
                attacker.connections.get(),
                attacker.refused.get());
        System.exit(0);
    }

    boolean isOver() {
        return System.nanoTime() > end;
    }

    /** A connection that has sent nothing. */
    Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.bind(new InetSocketAddress(ADDRESS, 0));
        try {
            socket.connect(new InetSocketAddress("127.0.0.1", port), CONNECT_MILLIS);
        } catch (IOException e) {
            refused.incrementAndGet();
            socket.close();
            throw e;
        }
        connections.incrementAndGet();
        open.add(socket);
        return socket;
    }

    /** A connection whose stream is open. */
    Socket stream() throws IOException {
        Socket socket = connect();
        write(socket, PlainLogin.HEADER);
        return socket;
    }

    /** A connection that is logged in and bound. */
    Socket online(String user, String resource) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(ADDRESS, 0));
        try {
            PlainLogin.bind(socket, port, user, resource);
        } catch (IOException e) {
            refused.incrementAndGet();
            throw e;
        }
        connections.incrementAndGet();
        open.add(socket);
        return socket;
    }

    /** Tries to log in with a password, and gives the answer's beginning. */
    String tryPassword(Socket socket, String user, String password) throws IOException {
        String secret = '\0' + user + '\0' + password;
        write(
                socket,
                "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>"
                        + Base64.getEncoder().encodeToString(secret.getBytes(UTF_8)) + "</auth>");
        byte[] answer = new byte[8192];
        int length = socket.getInputStream().read(answer);
        if (length < 0) {
            throw new IOException("closed");
        }
        received.addAndGet(length);
        return new String(answer, 0, length, UTF_8);
    }

    void write(Socket socket, String text) throws IOException {
        write(socket, text.getBytes(UTF_8));
    }

    void write(Socket socket, byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        sent.addAndGet(bytes.length);
    }

    /** Reads and counts what has come, and what comes within a moment; false when the server has ended the connection. */
    boolean drain(Socket socket) throws IOException {
        socket.setSoTimeout(LINGER_MILLIS);
        byte[] buffer = new byte[65_536];
        InputStream in = socket.getInputStream();
        try {
            while (true) {
                int read = in.read(buffer);
                if (read < 0) {
                    return false;
                }
                received.addAndGet(read);
                if (isOver()) {
                    return true;
                }
            }
        } catch (SocketTimeoutException e) {
            return true;
        }
    }

    /** Holds what is open until it is over. */
    void hold() throws InterruptedException {
        while (!isOver()) {
            Thread.sleep(50);
        }
    }

    void close(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone
        }
    }

    /** That many at once, each again and again until it is over; what one throws ends that turn only. */
    void many(int threads, Attack.Bytes turn) throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Runnable> tasks = new ArrayList<>();
        for (int n = 0; n < threads; n++) {
            tasks.add(() -> {
                while (!isOver()) {
                    try {
                        turn.send(this);
                    } catch (IOException e) {
                        pause();
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            });
        }
        tasks.forEach(pool::execute);
        hold();
        open.forEach(this::close);
        pool.shutdownNow();
    }

    private static void pause() {
        try {
            Thread.sleep(5); // a refused attacker tries again, and not in a loop that only costs itself
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
