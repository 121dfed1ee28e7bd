package im.restante.internal.c2s;

import im.restante.config.Settings;
import im.restante.config.SettingsDescriptor;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.streammanagement.Timeouts;
import im.restante.xml.StreamLimits;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The values of {@link #PID}, checked.
 *
 * @param domain         of the accounts
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
        Jid domain,
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

    private static final String DOMAIN = "domain";
    private static final String HOST = "host";
    private static final String PORT = "port";
    private static final String TLS = "tls";
    private static final String DIRECT_TLS_PORT = "direct-tls-port";
    private static final String CERTIFICATE = "certificate";
    private static final String PRIVATE_KEY = "private-key";
    private static final String MAX_STANZA_BYTES = "max-stanza-bytes";
    private static final String MAX_DEPTH = "max-depth";
    private static final String AUTH_TIMEOUT = "auth-timeout-seconds";
    private static final String IDLE_TIMEOUT = "idle-timeout-seconds";
    private static final String RESUME_TIMEOUT = "resume-timeout-seconds";
    private static final String OUTBOUND_LIMIT = "outbound-limit";
    private static final String OUTBOUND_BYTES = "outbound-bytes";

    private static final int HIGHEST_PORT = 65_535;
    private static final int DAY = 86_400;

    static final SettingsDescriptor DESCRIPTOR = SettingsDescriptor.of(
                    PID, "Restante: clients", "Connections of clients.")
            .text(
                    DOMAIN,
                    "localhost",
                    "The domain of the accounts, as in juliet@localhost. A change ends all connections.")
            .text(
                    HOST,
                    "127.0.0.1",
                    "Address to listen on: 127.0.0.1 is reachable from this machine only, 0.0.0.0 from everywhere.")
            .number(PORT, 5222, 0, HIGHEST_PORT, "TCP port for clients; 0 takes a free one.")
            .choice(
                    TLS,
                    Tls.REQUIRED,
                    "STARTTLS: required; optional (a password may then cross the network in the clear); off.")
            .number(
                    DIRECT_TLS_PORT,
                    0,
                    0,
                    HIGHEST_PORT,
                    "TCP port for connections that start with TLS (XEP-0368, ALPN xmpp-client); 0: none.")
            .text(
                    CERTIFICATE,
                    "",
                    "Certificate chain, a PEM file with the server's own certificate first; a relative path is meant from"
                            + " the server's home. Read again when replaced. Empty: a self-signed certificate is made at"
                            + " the first start and kept, in data/certificate.pem with the key in data/private-key.pem.")
            .text(
                    PRIVATE_KEY,
                    "",
                    "Private key, a PEM file without encryption (PKCS#8, PKCS#1 or SEC 1); empty: the key is in the file"
                            + " of the certificate.")
            .number(
                    MAX_STANZA_BYTES,
                    262_144,
                    10_000,
                    16_777_216,
                    "The greatest stanza a client may send, in bytes; before the login it is 10000.")
            .number(MAX_DEPTH, 64, 8, 1_024, "How deep the elements of a stanza may nest.")
            .number(AUTH_TIMEOUT, 30, 1, DAY, "Seconds a client may take from the connection to a bound resource.")
            .number(
                    IDLE_TIMEOUT,
                    300,
                    1,
                    DAY,
                    "Seconds without anything from a client until it is pinged; it is closed if it does not answer within as"
                            + " many seconds again, 60 at most.")
            .number(
                    RESUME_TIMEOUT,
                    300,
                    0,
                    DAY,
                    "Seconds a client that was cut may come back to its session (XEP-0198), or less if it asks for less;"
                            + " 0: it cannot.")
            .number(
                    OUTBOUND_LIMIT,
                    2_048,
                    16,
                    1_000_000,
                    "Stanzas that may wait in memory for one slow client. Beyond them messages for it go to the store;"
                            + " over twice as many it is closed.")
            .number(
                    OUTBOUND_BYTES,
                    1_048_576,
                    65_536,
                    1_073_741_824,
                    "Bytes that may wait in memory for one slow client, with the same consequences. While a quarter of them"
                            + " waits that no store keeps, such as answers, nothing more is read from that client.")
            .build();

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
        Settings settings = DESCRIPTOR.read(values);
        Duration idle = seconds(settings, IDLE_TIMEOUT);
        C2sConfig config = new C2sConfig(
                domain(settings),
                settings.text(HOST),
                settings.integer(PORT),
                settings.choice(TLS, Tls.class),
                settings.integer(DIRECT_TLS_PORT),
                settings.text(CERTIFICATE),
                settings.text(PRIVATE_KEY),
                StreamLimits.of(settings.integer(MAX_STANZA_BYTES), settings.integer(MAX_DEPTH)),
                seconds(settings, AUTH_TIMEOUT),
                idle,
                idle.compareTo(LONGEST_ANSWER_TO_PING) < 0 ? idle : LONGEST_ANSWER_TO_PING,
                STUCK_WRITE,
                seconds(settings, RESUME_TIMEOUT),
                settings.integer(OUTBOUND_LIMIT),
                settings.integer(OUTBOUND_BYTES));
        if (config.certificate.isEmpty() && !config.privateKey.isEmpty()) {
            throw settings.bad(PRIVATE_KEY, "empty, or certificate must be set too");
        }
        return config;
    }

    /** The domain and the limits of a stanza alone: other values, which the listener refuses, count as not configured. */
    static C2sConfig identity(Map<String, ?> values) {
        Map<String, Object> own = new HashMap<>(values);
        own.keySet().retainAll(Set.of(DOMAIN, MAX_STANZA_BYTES));
        return of(own);
    }

    private static Jid domain(Settings settings) {
        String wanted = "a domain name without @ and /";
        try {
            Jid domain = Jid.of(settings.text(DOMAIN));
            if (domain.isDomain()) {
                return domain;
            }
        } catch (InvalidJidException e) {
            wanted = wanted + " (" + e.getMessage() + ')';
        }
        throw settings.bad(DOMAIN, wanted);
    }

    /** The same with other ports: those that a 0 stood for. */
    C2sConfig at(int actualPort, int actualDirectTlsPort) {
        return new C2sConfig(
                domain,
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

    private static Duration seconds(Settings settings, String key) {
        return Duration.ofSeconds(settings.number(key));
    }
}
