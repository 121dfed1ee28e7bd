package im.restante.internal.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import im.restante.http.HttpResource;
import im.restante.internal.tls.PemCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/** Listeners on free ports of the loopback interface, and what tests do with them. */
final class Serving implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Patient where a machine may stand still, and quick where a test waits for the end of something. */
    static final Bounds LENIENT = new Bounds(
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofMillis(200),
            1_024,
            Duration.ofSeconds(60),
            Duration.ofMillis(200),
            Duration.ofMillis(200),
            64,
            Bounds.CONNECTIONS);

    final HttpServers servers;
    final Map<String, InetSocketAddress> open = new ConcurrentHashMap<>();
    final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicLong ids = new AtomicLong();

    Serving(Bounds bounds) throws Exception {
        this(bounds, Map.of());
    }

    Serving(Bounds bounds, Map<String, String> configuration) throws Exception {
        this(bounds, configuration, Path.of(""));
        HttpSettings settings = servers.settings();
        until(
                "the listeners are open",
                () -> (settings.admin().isOff() || open.containsKey("admin"))
                        && (settings.everybody().isOff() || open.containsKey("public")));
    }

    /** Does not wait until they are open. */
    Serving(Bounds bounds, Map<String, String> configuration, Path home) {
        servers = new HttpServers(
                settings(configuration),
                new PemCertificates(home),
                bounds,
                new HttpServers.Places() {
                    @Override
                    public void opened(String audience, InetSocketAddress address, boolean encrypted) {
                        open.put(audience, address);
                    }

                    @Override
                    public void closed(String audience) {
                        open.remove(audience);
                    }
                },
                Duration.ofMillis(50));
        servers.start();
    }

    static HttpSettings settings(Map<String, String> configuration) {
        Map<String, String> all = new HashMap<>(Map.of("port", "0"));
        all.putAll(configuration);
        return HttpSettings.of(all);
    }

    /** Registers a resource for operators. */
    ServiceReference<HttpResource> put(String path, HttpResource resource) {
        return put(resource, Map.of(HttpResource.PATH, path, HttpResource.AUDIENCE, HttpResource.ADMIN));
    }

    ServiceReference<HttpResource> put(HttpResource resource, Map<String, Object> properties) {
        ServiceReference<HttpResource> reference = reference(ids.incrementAndGet(), properties);
        servers.resources().put(reference, resource);
        return reference;
    }

    @SuppressWarnings("unchecked")
    private static ServiceReference<HttpResource> reference(long id, Map<String, Object> properties) {
        int ranking = (Integer) properties.getOrDefault(Constants.SERVICE_RANKING, 0);
        return (ServiceReference<HttpResource>) Proxy.newProxyInstance(
                Serving.class.getClassLoader(),
                new Class<?>[] {ServiceReference.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getProperty" ->
                        arguments[0].equals(Constants.SERVICE_ID) ? (Object) id : properties.get(arguments[0]);
                    case "compareTo" -> {
                        ServiceReference<?> other = (ServiceReference<?>) arguments[0];
                        Object otherRanking = other.getProperty(Constants.SERVICE_RANKING);
                        int byRanking = Integer.compare(ranking, otherRanking == null ? 0 : (Integer) otherRanking);
                        yield byRanking != 0
                                ? byRanking
                                : Long.compare((Long) other.getProperty(Constants.SERVICE_ID), id);
                    }
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> Long.hashCode(id);
                    default -> null;
                });
    }

    URI uri(String path) {
        return uri("admin", path);
    }

    URI uri(String audience, String path) {
        return URI.create("http://127.0.0.1:" + open.get(audience).getPort() + path);
    }

    HttpResponse<String> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(path)).GET());
    }

    HttpResponse<String> post(String path, String body) throws Exception {
        return send(HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** A connection to the listener for operators. */
    Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", open.get("admin").getPort());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    /** What is answered to these bytes, until the connection ends. */
    String raw(String bytes) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
            return rest(socket);
        }
    }

    /** What comes until the connection ends; a reset is an end too. */
    static String rest(Socket socket) throws IOException {
        StringBuilder all = new StringBuilder();
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[4_096];
        try {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                all.append(new String(buffer, 0, read, ISO_8859_1));
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the connection does not end; so far: " + all, e);
        } catch (SocketException e) {
            return all.toString();
        }
        return all.toString();
    }

    static void until(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + PATIENCE + ": " + what);
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Override
    public void close() {
        servers.stop();
    }
}
