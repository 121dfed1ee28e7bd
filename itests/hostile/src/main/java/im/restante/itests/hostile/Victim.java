package im.restante.itests.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.itests.harness.PlainLogin;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Two people who use the server meanwhile: one pings it and writes to the other forty times a second, and every second somebody logs in.
 * Measures how long each answer, each message and each login takes.
 */
final class Victim implements AutoCloseable {
    static final List<String> ACCOUNTS = List.of("alice", "bob", "carol");

    private static final long PACE_MILLIS = 25;
    private static final long LOGIN_MILLIS = 1_000;
    private static final int PATIENCE_MILLIS = 120_000;
    /** Of an answer or a message of ours, or of a question of the server's. */
    private static final Pattern ID = Pattern.compile(" id=['\"]([mp]\\d+)['\"]|<iq type='get' id='([^']+)'");

    private final int port;
    private final Socket alice;
    private final Socket bob;
    private final Map<String, Long> sentAt = new ConcurrentHashMap<>();
    private final List<Long> waits = new ArrayList<>();
    private final List<Long> logins = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();
    private volatile String trouble = "";

    /** What somebody noticed in a while, in milliseconds. @param trouble what went wrong altogether; empty if nothing did */
    record Noticed(double p99, double worstLogin, int answers, String trouble) {}

    Victim(int port) throws IOException {
        this.port = port;
        alice = PlainLogin.open(port, "alice", "home");
        bob = PlainLogin.open(port, "bob", "home");
        bob.getOutputStream().write("<presence/>".getBytes(UTF_8));
        start("answers", () -> read(alice));
        start("messages", () -> read(bob));
        start("asks", this::ask);
        start("logins", this::logIn);
    }

    private interface Task {
        void run() throws IOException, InterruptedException;
    }

    private void start(String name, Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException e) {
                        if (!over.get()) {
                            trouble = name + ": " + e.getMessage();
                        }
                    } catch (InterruptedException e) {
                        // it is over
                    }
                },
                "victim-" + name);
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
    }

    private void ask() throws IOException, InterruptedException {
        for (int n = 0; !over.get(); n++) {
            sentAt.put("p" + n, System.nanoTime());
            sentAt.put("m" + n, System.nanoTime());
            alice.getOutputStream()
                    .write(("<iq type='get' id='p" + n + "' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>"
                                    + "<message type='chat' to='bob@localhost' id='m" + n
                                    + "'><body>hi</body></message>")
                            .getBytes(UTF_8));
            Thread.sleep(PACE_MILLIS);
        }
    }

    private void read(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[16_384];
        String rest = "";
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            long now = System.nanoTime();
            String text = rest + new String(buffer, 0, read, UTF_8);
            Matcher id = ID.matcher(text);
            int last = 0;
            while (id.find()) {
                last = id.end();
                if (id.group(2) != null) {
                    socket.getOutputStream()
                            .write(("<iq type='result' to='localhost' id='" + id.group(2) + "'/>").getBytes(UTF_8));
                    continue;
                }
                Long then = sentAt.remove(id.group(1));
                if (then != null) {
                    synchronized (waits) {
                        waits.add(now - then);
                    }
                }
            }
            rest = text.substring(Math.max(last, text.length() - 64));
        }
        throw new IOException("the server closed the connection");
    }

    private void logIn() throws IOException, InterruptedException {
        for (int n = 0; !over.get(); n++) {
            long begin = System.nanoTime();
            PlainLogin.open(port, "carol", "r" + n).close();
            synchronized (logins) {
                logins.add(System.nanoTime() - begin);
            }
            Thread.sleep(LOGIN_MILLIS);
        }
    }

    /** Waits for all that is under way, and forgets what was noticed before. */
    Noticed noticed() throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
        long asked = System.nanoTime();
        while (trouble.isEmpty() && sentAt.values().stream().anyMatch(then -> then < asked)) {
            if (System.nanoTime() > end) {
                trouble = "no answer within " + PATIENCE_MILLIS / 1_000 + " s";
            }
            Thread.sleep(PACE_MILLIS);
        }
        long[] all = taken(waits);
        long[] entries = taken(logins);
        return new Noticed(
                all.length == 0 ? Double.NaN : all[(int) (all.length * 0.99)] / 1e6,
                entries.length == 0 ? Double.NaN : entries[entries.length - 1] / 1e6,
                all.length,
                trouble);
    }

    private static long[] taken(List<Long> values) {
        synchronized (values) {
            long[] sorted = values.stream().mapToLong(Long::longValue).toArray();
            values.clear();
            Arrays.sort(sorted);
            return sorted;
        }
    }

    @Override
    public void close() throws IOException {
        over.set(true);
        threads.forEach(Thread::interrupt);
        alice.close();
        bob.close();
    }
}
