package im.restante.internal.http;

import im.restante.http.HttpRequest;
import java.io.InputStream;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A request as a resource sees it.
 *
 * @param path    below the resource's own
 * @param query   its parameters
 * @param fields  all values of a header field
 */
record ReceivedRequest(
        String method,
        String path,
        String rawQuery,
        Map<String, List<String>> query,
        Function<String, List<String>> fields,
        InputStream body,
        long contentLength,
        InetAddress peer,
        boolean isEncrypted,
        String host)
        implements HttpRequest {

    @Override
    public List<String> parameters(String name) {
        return List.copyOf(query.getOrDefault(name, List.of()));
    }

    @Override
    public List<String> headers(String name) {
        return fields.apply(name);
    }
}
