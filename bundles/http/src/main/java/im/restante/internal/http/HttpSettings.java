package im.restante.internal.http;

import im.restante.config.ConfigException;
import im.restante.config.Settings;
import im.restante.config.SettingsDescriptor;
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

    static final int OFF = -1;

    private static final String PUBLIC = "public-";
    private static final String HOST = "host";
    private static final String PORT = "port";
    private static final String TLS = "tls";
    private static final String HOST_NAMES = "host-names";
    private static final String CERTIFICATE = "certificate";
    private static final String PRIVATE_KEY = "private-key";

    private static final int HIGHEST_PORT = 65_535;

    static final SettingsDescriptor DESCRIPTOR = SettingsDescriptor.of(
                    PID,
                    "Restante: HTTP",
                    "HTTP: one listener for operators, one for everybody, which is off by default.")
            .text(
                    HOST,
                    "127.0.0.1",
                    "Address of the listener for operators: what bundles offer them, such as metrics. It logs nobody in;"
                            + " whatever needs a login asks for it itself. On 127.0.0.1 every user and program of this"
                            + " machine reaches it, elsewhere everybody who reaches the address.")
            .number(PORT, 5280, OFF, HIGHEST_PORT, "Its TCP port; 0 takes a free one, -1 is none.")
            .text(
                    HOST_NAMES,
                    "",
                    "Names by which operators may ask for the server, with commas between and without ports, besides"
                            + " localhost and every address: a request for another name is refused, since a stranger's"
                            + " page could have made it.")
            .choice(TLS, Tls.OFF, "Encryption of the listener for operators: off, or on, with the certificate below.")
            .text(
                    PUBLIC + HOST,
                    "127.0.0.1",
                    "Address of the listener for everybody, such as clients that upload files. Nothing that is meant for"
                            + " operators is ever served here.")
            .number(
                    PUBLIC + PORT,
                    OFF,
                    OFF,
                    HIGHEST_PORT,
                    "Its TCP port, another one than port; 0 takes a free one, -1 is none.")
            .choice(PUBLIC + TLS, Tls.ON, "Its encryption; off is for a proxy that encrypts.")
            .text(
                    CERTIFICATE,
                    "",
                    "Certificate chain, a PEM file; a relative path is meant from the server's home. Read again when"
                            + " replaced.")
            .text(PRIVATE_KEY, "", "Private key, a PEM file; empty: the key is in the file of the certificate.")
            .build();
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
        Settings settings = DESCRIPTOR.read(values);
        HttpSettings read = new HttpSettings(
                place(settings, ""),
                place(settings, PUBLIC),
                settings.text(CERTIFICATE),
                settings.text(PRIVATE_KEY),
                names(settings));
        if (read.certificate.isEmpty() && !read.privateKey.isEmpty()) {
            throw settings.bad(PRIVATE_KEY, "empty, or certificate must be set too");
        }
        if (read.certificate.isEmpty() && read.usesTls()) {
            throw settings.bad(CERTIFICATE, "a PEM file, or the listeners must not use TLS (tls=off, public-tls=off)");
        }
        if (read.admin.port > 0 && read.admin.port == read.everybody.port) {
            throw settings.bad(PUBLIC + PORT, "another port than that of the administration");
        }
        return read;
    }

    private static Place place(Settings settings, String prefix) {
        return new Place(
                settings.text(prefix + HOST),
                settings.integer(prefix + PORT),
                settings.choice(prefix + TLS, Tls.class) == Tls.ON,
                prefix + PORT);
    }

    private static Set<String> names(Settings settings) {
        Set<String> names = new TreeSet<>();
        for (String name : settings.text(HOST_NAMES).split(",")) {
            String trimmed = name.trim();
            if (!trimmed.isEmpty()) {
                if (!NAME.matcher(trimmed).matches()) {
                    throw settings.bad(HOST_NAMES, "names of hosts with commas between, without ports");
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
