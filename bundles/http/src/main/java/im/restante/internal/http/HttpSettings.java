package im.restante.internal.http;

import im.restante.config.ConfigException;
import im.restante.config.Settings;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What {@code im.restante.http} says.
 *
 * @param admin       where operators are served
 * @param everybody   where the audience {@code public} is served
 * @param certificate a PEM file; empty: none
 * @param privateKey  a PEM file; empty: the key is in the file of the certificate
 * @param hostNames   by which operators may ask for the server, besides {@code localhost} and addresses; in lower case
 */
record HttpSettings(Place admin, Place everybody, String certificate, String privateKey, Set<String> hostNames) {
    static final String PID = "im.restante.http";

    static final String HOST = "127.0.0.1";
    static final int PORT = 5280;
    static final int OFF = -1;

    private static final int HIGHEST_PORT = 65_535;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?");

    /** Whether connections of a listener are encrypted. */
    enum Tls {
        OFF,
        ON
    }

    /**
     * One listener.
     *
     * @param port    -1: there is none; 0: any free one
     * @param portKey of the port, in the configuration
     */
    record Place(String host, int port, boolean tls, String portKey) {
        boolean isOff() {
            return port == HttpSettings.OFF;
        }

        String hostKey() {
            return portKey.replace("port", "host");
        }

        Place at(int actualPort) {
            return new Place(host, actualPort, tls, portKey);
        }

        @Override
        public String toString() {
            return isOff() ? "off" : (tls ? "https://" : "http://") + host + ':' + port;
        }
    }

    /** @throws ConfigException naming the key whose value is bad */
    static HttpSettings of(Map<String, ?> values) {
        Settings settings = Settings.of(PID, values);
        HttpSettings read = new HttpSettings(
                place(settings, "", PORT, Tls.OFF),
                place(settings, "public-", OFF, Tls.ON),
                settings.text("certificate", ""),
                settings.text("private-key", ""),
                names(settings));
        if (read.certificate.isEmpty() && !read.privateKey.isEmpty()) {
            throw settings.bad("private-key", "empty, or certificate must be set too");
        }
        if (read.certificate.isEmpty() && read.usesTls()) {
            throw settings.bad(
                    "certificate", "a PEM file, or the listeners must not use TLS (tls=off, public-tls=off)");
        }
        if (read.admin.port > 0 && read.admin.port == read.everybody.port) {
            throw settings.bad("public-port", "another port than that of the administration");
        }
        return read;
    }

    private static Place place(Settings settings, String prefix, int port, Tls tls) {
        return new Place(
                settings.text(prefix + "host", HOST),
                settings.integer(prefix + "port", port, OFF, HIGHEST_PORT),
                settings.choice(prefix + "tls", tls) == Tls.ON,
                prefix + "port");
    }

    private static Set<String> names(Settings settings) {
        Set<String> names = new TreeSet<>();
        for (String name : settings.text("host-names", "").split(",")) {
            String trimmed = name.trim();
            if (!trimmed.isEmpty()) {
                if (!NAME.matcher(trimmed).matches()) {
                    throw settings.bad("host-names", "names of hosts with commas between, without ports");
                }
                names.add(trimmed.toLowerCase(Locale.ROOT));
            }
        }
        return Set.copyOf(names);
    }

    /** Whether a listener needs the certificate. */
    boolean usesTls() {
        return !admin.isOff() && admin.tls || !everybody.isOff() && everybody.tls;
    }

    /** Whether both name the same certificate and key. */
    boolean usesFilesOf(HttpSettings other) {
        return certificate.equals(other.certificate) && privateKey.equals(other.privateKey);
    }

    /** As an operator would want to read it. */
    String text() {
        return "admin " + admin + ", public " + everybody
                + (certificate.isEmpty() ? "" : ", certificate " + certificate)
                + (hostNames.isEmpty() ? "" : ", host-names " + String.join(",", new TreeSet<>(hostNames)));
    }
}
