package im.restante.internal.http;

import im.restante.http.HttpResource;
import org.osgi.framework.ServiceReference;

/**
 * A resource as its properties say.
 *
 * @param path          {@code /}, or segments without a slash at the end
 * @param audience      {@link HttpResource#ADMIN} or {@link HttpResource#PUBLIC}
 * @param mostBodyBytes of a request
 * @param load          what it is at work on; the same whatever the properties become
 */
record Served(
        ServiceReference<HttpResource> reference,
        HttpResource resource,
        String path,
        String audience,
        long mostBodyBytes,
        Load load) {

    boolean answers(String asked) {
        return path.equals("/")
                || asked.startsWith(path) && (asked.length() == path.length() || asked.charAt(path.length()) == '/');
    }

    /** What is behind its own path. */
    String below(String asked) {
        return path.equals("/") ? asked : asked.substring(path.length());
    }

    /** For the log. */
    @Override
    public String toString() {
        return "the HTTP resource " + resource.getClass().getName() + " at " + path + " (" + audience + ')';
    }
}
