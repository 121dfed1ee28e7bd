package im.restante.internal.c2s;

import im.restante.config.ConfigException;
import im.restante.internal.support.AcceptLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One listening socket with its thread. */
final class Acceptor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

    /** For storms of reconnecting clients; the system's own limit may be lower. */
    private static final int BACKLOG = 4_096;

    private final ServerSocket listener;
    private final Consumer<Socket> accepted;

    private Acceptor(ServerSocket listener, Consumer<Socket> accepted) {
        this.listener = listener;
        this.accepted = accepted;
    }

    /**
     * Listens from its return on.
     *
     * @param key of the port in the configuration
     * @throws ConfigException if the address is not this machine's or not free
     */
    static Acceptor open(String key, String host, int port, Consumer<Socket> accepted) {
        InetAddress address;
        try {
            address = InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new ConfigException(C2sConfig.PID, "host", host, "an address or a name of this machine");
        }
        ServerSocket listener = null;
        try {
            listener = new ServerSocket();
            listener.setReuseAddress(true);
            listener.bind(new InetSocketAddress(address, port), BACKLOG);
        } catch (IOException e) {
            close(listener);
            throw new ConfigException(
                    C2sConfig.PID,
                    key,
                    port,
                    "free at host " + host + ", an address of this machine: " + e.getMessage());
        }
        Acceptor acceptor = new Acceptor(listener, accepted);
        Thread thread = new Thread(acceptor::acceptAll, "restante-c2s-accept-" + listener.getLocalPort());
        thread.setDaemon(true);
        thread.start();
        return acceptor;
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    @Override
    public void close() {
        close(listener);
    }

    private void acceptAll() {
        new AcceptLoop<>(
                        new AcceptLoop.Listener<Socket>() {
                            @Override
                            public Socket accept() throws IOException {
                                return listener.accept();
                            }

                            @Override
                            public boolean isOpen() {
                                return !listener.isClosed();
                            }
                        },
                        accepted,
                        LOG)
                .run();
    }

    private static void close(ServerSocket listener) {
        if (listener != null) {
            try {
                listener.close();
            } catch (IOException e) {
                LOG.warn("cannot close the listener: {}", e.getMessage());
            }
        }
    }
}
