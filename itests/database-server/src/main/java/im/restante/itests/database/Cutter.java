package im.restante.itests.database;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Stands between a store and its server. Told to, it lets one COMMIT through and cuts the connection before its answer. */
final class Cutter implements AutoCloseable {
    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int server;
    private final byte[] commit;
    private final List<Socket> open = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean cutNext;

    /**
     * @param server port on loopback
     * @param commit what a COMMIT is on the wire; it comes in one piece
     */
    Cutter(int server, byte[] commit) throws IOException {
        this.server = server;
        this.commit = commit;
        start(this::accept);
    }

    int port() {
        return door.getLocalPort();
    }

    void cutNextCommit() {
        cutNext = true;
    }

    boolean hasCut() {
        return !cutNext;
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "cutter");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = door.accept();
                Socket behind = new Socket(InetAddress.getLoopbackAddress(), server);
                open.add(client);
                open.add(behind);
                start(() -> copy(client, behind, true));
                start(() -> copy(behind, client, false));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void copy(Socket from, Socket to, boolean watch) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[65_536];
            while (true) {
                int read = in.read(buffer);
                if (read < 0) {
                    return;
                }
                boolean cut = watch && cutNext && hasCommit(buffer, read);
                if (cut) {
                    cutNext = false;
                    from.close(); // before the answer can come
                }
                out.write(buffer, 0, read);
                if (cut) {
                    to.shutdownOutput(); // the server reads the COMMIT, then the end
                    to.getInputStream().readAllBytes();
                    return;
                }
            }
        } catch (IOException e) {
            // the other side is gone
        }
    }

    private boolean hasCommit(byte[] buffer, int read) {
        for (int at = 0; at <= read - commit.length; at++) {
            if (Arrays.equals(buffer, at, at + commit.length, commit, 0, commit.length)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        door.close();
        synchronized (open) {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }
}
