package im.restante.internal.c2s;

import im.restante.config.Settings;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.streammanagement.Timeouts;
import im.restante.xml.StreamLimits;
import java.time.Duration;
import java.util.Map;

/**
 * The values of {@link #PID} for the listener, checked.
 *
 * @param port           0: any free one
 * @param directTlsPort  0: no such listener
 * @param certificate    a PEM file; empty: the server makes one for itself
 * @param privateKey     a PEM file; empty: the key is in the file of the certificate
 * @param limits         of one stanza
 * @param authTimeout    from the connection to the bound resource
 * @param idleTimeout    of silence before the server asks whether the client is there
 * @param pingTimeout    of silence after it asked
 * @param writeTimeout   how long a client may read nothing while something waits for it
 * @param resumeTimeout  how long a client that was cut may come back to its session; zero: it cannot
 * @param outboundLimit  stanzas that may wait for one client
 * @param outboundBytes  and their bytes
 */
record C2sConfig(
        String host,
        int port,
        Tls tls,
        int directTlsPort,
        String certificate,
        String privateKey,
        StreamLimits limits,
        Duration authTimeout,
        Duration idleTimeout,
        Duration pingTimeout,
        Duration writeTimeout,
        Duration resumeTimeout,
        int outboundLimit,
        int outboundBytes) {
    static final String PID = "im.restante.c2s";

    /** With a shorter idle-timeout that long: who wants to know soon who is gone does not want to wait a minute more. */
    private static final Duration LONGEST_ANSWER_TO_PING = Duration.ofSeconds(60);

    private static final Duration STUCK_WRITE = Duration.ofSeconds(60);

    /** Whether clients encrypt the stream on the ordinary port. */
    enum Tls {
        REQUIRED,
        OPTIONAL,
        OFF
    }

    /** @throws im.restante.config.ConfigException for the first value that is not usable */
    static C2sConfig of(Map<String, ?> values) {
        Settings settings = Settings.of(PID, values);
        Duration idle = seconds(settings, "idle-timeout-seconds", 300);
        C2sConfig config = new C2sConfig(
                settings.text("host", "127.0.0.1"),
                settings.integer("port", 5222, 0, 65_535),
                settings.choice("tls", Tls.REQUIRED),
                settings.integer("direct-tls-port", 0, 0, 65_535),
                settings.text("certificate", ""),
                settings.text("private-key", ""),
                StreamLimits.of(maxStanzaBytes(settings), settings.integer("max-depth", 64, 8, 1_024)),
                seconds(settings, "auth-timeout-seconds", 30),
                idle,
                idle.compareTo(LONGEST_ANSWER_TO_PING) < 0 ? idle : LONGEST_ANSWER_TO_PING,
                STUCK_WRITE,
                Duration.ofSeconds(settings.integer("resume-timeout-seconds", 300, 0, 86_400)),
                settings.integer("outbound-limit", 2_048, 16, 1_000_000),
                settings.integer("outbound-bytes", 1_048_576, 65_536, 1_073_741_824));
        if (config.certificate.isEmpty() && !config.privateKey.isEmpty()) {
            throw settings.bad("private-key", "empty, or certificate must be set too");
        }
        return config;
    }

    static int maxStanzaBytes(Settings settings) {
        return settings.integer("max-stanza-bytes", 262_144, 10_000, 16_777_216);
    }

    /** The one value that is not part of this record: {@link ServerIdentity} publishes it to all bundles. */
    static Jid domain(Settings settings) {
        String wanted = "a domain name without @ and /";
        try {
            Jid domain = Jid.of(settings.text("domain", "localhost"));
            if (domain.isDomain()) {
                return domain;
            }
        } catch (InvalidJidException e) {
            wanted = wanted + " (" + e.getMessage() + ')';
        }
        throw settings.bad("domain", wanted);
    }

    /** The same with other ports: those that a 0 stood for. */
    C2sConfig at(int actualPort, int actualDirectTlsPort) {
        return new C2sConfig(
                host,
                actualPort,
                tls,
                actualDirectTlsPort,
                certificate,
                privateKey,
                limits,
                authTimeout,
                idleTimeout,
                pingTimeout,
                writeTimeout,
                resumeTimeout,
                outboundLimit,
                outboundBytes);
    }

    /** Those of one connection. */
    Timeouts timeouts() {
        return new Timeouts(authTimeout, idleTimeout, pingTimeout, writeTimeout);
    }

    /** Whether both listen at the same places. */
    boolean sameAddress(C2sConfig other) {
        return host.equals(other.host) && port == other.port && directTlsPort == other.directTlsPort;
    }

    private static Duration seconds(Settings settings, String key, int byDefault) {
        return Duration.ofSeconds(settings.integer(key, byDefault, 1, 86_400));
    }
}
