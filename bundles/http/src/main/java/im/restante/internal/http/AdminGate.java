package im.restante.internal.http;

import im.restante.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps pages of other sites out of the administration, which any page in a browser of this machine can send requests to: by the host
 * that was asked for (a name that a stranger made point here, DNS rebinding), and by where the browser says the request comes from
 * (Fetch metadata, else the field {@code Origin}). A program says what it likes, so this is no substitute for a login.
 */
final class AdminGate {
    private static final int FORBIDDEN = 403;
    private static final int MISDIRECTED = 421;

    private static final Pattern AUTHORITY = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::\\d{0,5})?");
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");

    private final Set<String> names;

    /** @param names besides {@code localhost} and addresses, in lower case */
    AdminGate(Set<String> names) {
        this.names = Set.copyOf(names);
    }

    /**
     * @param host    the value of the field {@code Host}; empty if there was none
     * @param headers all values of a field
     * @return null if the request may pass
     */
    HttpResponse refusal(String method, String host, Function<String, List<String>> headers) {
        if (!isOurs(host)) {
            return HttpResponse.text(
                    MISDIRECTED,
                    "this host name is not one of the administration: use localhost or an address, or name it in"
                            + " host-names of im.restante.http\n");
        }
        if (!isFromHere(method, host, headers)) {
            return HttpResponse.text(FORBIDDEN, "requests of other sites are refused\n");
        }
        return null;
    }

    /** An address is never a stranger's name. */
    private boolean isOurs(String host) {
        Matcher matcher = AUTHORITY.matcher(host);
        if (!matcher.matches()) {
            return false;
        }
        String name = matcher.group(1).toLowerCase(Locale.ROOT);
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        return name.startsWith("[") || IPV4.matcher(name).matches() || name.equals("localhost") || names.contains(name);
    }

    private static boolean isFromHere(String method, String host, Function<String, List<String>> headers) {
        List<String> site = headers.apply("Sec-Fetch-Site");
        List<String> origin = headers.apply("Origin");
        if (site.size() > 1 || origin.size() > 1) {
            return false;
        }
        if (!site.isEmpty()) {
            return site.get(0).equals("same-origin") || site.get(0).equals("none") || isLink(method, headers);
        }
        return origin.isEmpty() || authority(origin.get(0)).equalsIgnoreCase(host);
    }

    /** Somebody followed a link of another site; a frame or a script is something else. */
    private static boolean isLink(String method, Function<String, List<String>> headers) {
        return (method.equals("GET") || method.equals("HEAD"))
                && headers.apply("Sec-Fetch-Mode").equals(List.of("navigate"))
                && headers.apply("Sec-Fetch-Dest").equals(List.of("document"));
    }

    /** Empty for {@code null}, which is the origin of a page that has none to show. */
    private static String authority(String origin) {
        int slashes = origin.indexOf("://");
        return slashes < 0 ? "" : origin.substring(slashes + 3);
    }
}
