package im.restante.itests.interop;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.ServerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jivesoftware.smack.ConnectionConfiguration.SecurityMode;
import org.jivesoftware.smack.SmackConfiguration;
import org.jivesoftware.smack.filter.StanzaTypeFilter;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.roster.Roster;
import org.jivesoftware.smack.tcp.XMPPTCPConnection;
import org.jivesoftware.smack.tcp.XMPPTCPConnectionConfiguration;
import org.jivesoftware.smack.util.TLSUtils;
import org.jivesoftware.smackx.ping.packet.Ping;
import org.jxmpp.jid.impl.JidCreate;

/** An ordinary client, logged in, that remembers what it was given. */
final class SmackClient implements AutoCloseable {
    final XMPPTCPConnection connection;
    final List<Message> messages = new CopyOnWriteArrayList<>();
    final List<Presence> presences = new CopyOnWriteArrayList<>();

    private final Set<String> answers = ConcurrentHashMap.newKeySet();

    private SmackClient(XMPPTCPConnection connection) {
        this.connection = connection;
    }

    /** Logs in and asks for the roster, but sends no presence yet. */
    static SmackClient login(ServerProcess server, String local, String resource) throws Exception {
        return login(server, local, resource, SecurityMode.required);
    }

    static SmackClient login(ServerProcess server, String local, String resource, SecurityMode security)
            throws Exception {
        return login(server, local, resource, security, true);
    }

    /** Smack acknowledges by itself; without it a test can hold its answers back. */
    static SmackClient loginWithoutStreamManagement(ServerProcess server, String local, String resource)
            throws Exception {
        return login(server, local, resource, SecurityMode.required, false);
    }

    private static SmackClient login(
            ServerProcess server, String local, String resource, SecurityMode security, boolean streamManagement)
            throws Exception {
        XMPPTCPConnection connection = new XMPPTCPConnection(configuration(server)
                .setUsernameAndPassword(local, ServerProcess.password(local))
                .setResource(resource)
                .setSecurityMode(security)
                .build());
        connection.setUseStreamManagement(streamManagement);
        SmackClient client = new SmackClient(connection);
        connection.addSyncStanzaListener(stanza -> client.messages.add((Message) stanza), StanzaTypeFilter.MESSAGE);
        connection.addSyncStanzaListener(stanza -> client.presences.add((Presence) stanza), StanzaTypeFilter.PRESENCE);
        connection.addSyncStanzaListener(stanza -> client.answers.add(stanza.getStanzaId()), StanzaTypeFilter.IQ);
        Roster.getInstanceFor(connection).setSubscriptionMode(Roster.SubscriptionMode.manual);
        connection.connect().login();
        return client;
    }

    /** Where the server is, and that its certificate may be its own. */
    static XMPPTCPConnectionConfiguration.Builder configuration(ServerProcess server) throws Exception {
        SmackConfiguration.setDefaultReplyTimeout(60_000); // 5 s are little on a busy machine
        return XMPPTCPConnectionConfiguration.builder()
                .setHost("127.0.0.1")
                .setPort(server.port())
                .setXmppDomain("localhost")
                .setCustomX509TrustManager(new TLSUtils.AcceptAllTrustManager())
                .setHostnameVerifier((host, session) -> true)
                .setSendPresence(false);
    }

    /** Logs in and comes online with priority 0. */
    static SmackClient online(ServerProcess server, String local, String resource) throws Exception {
        SmackClient client = login(server, local, resource);
        client.available(0);
        return client;
    }

    void available(int priority) throws Exception {
        connection.sendStanza(connection
                .getStanzaFactory()
                .buildPresenceStanza()
                .ofType(Presence.Type.available)
                .setPriority(priority)
                .build());
    }

    void unavailable() throws Exception {
        connection.sendStanza(connection
                .getStanzaFactory()
                .buildPresenceStanza()
                .ofType(Presence.Type.unavailable)
                .build());
    }

    void chat(String to, String body) throws Exception {
        connection.sendStanza(connection
                .getStanzaFactory()
                .buildMessageStanza()
                .to(JidCreate.from(to))
                .ofType(Message.Type.chat)
                .setBody(body)
                .build());
    }

    void send(Stanza stanza) throws Exception {
        connection.sendStanza(stanza);
    }

    /**
     * Asks the server; its answer says that everything sent before is taken. Returns when what came before the answer stands in
     * {@link #messages} and {@link #presences}: Smack fills them on another thread than the one that wakes who waits for an IQ.
     */
    void ping() throws Exception {
        Ping ping = new Ping(connection.getXMPPServiceDomain());
        connection.sendIqRequestAndWaitForResponse(ping);
        Await.until("the answer's turn", Duration.ofSeconds(60), () -> answers.contains(ping.getStanzaId()));
    }

    /** Bodies of the messages received so far, errors left out. */
    List<String> bodies() {
        return messages.stream()
                .filter(message -> message.getType() != Message.Type.error && message.getBody() != null)
                .map(Message::getBody)
                .toList();
    }

    void awaitBodies(int count) throws Exception {
        Await.until(
                () -> count + " messages; " + bodies().size() + " came, errors: "
                        + messages.stream().filter(m -> m.getError() != null).count(),
                Duration.ofSeconds(120),
                () -> bodies().size() >= count);
    }

    /** Ends the connection without a word. */
    void cut() {
        connection.instantShutdown();
    }

    /** Leaves in order. */
    @Override
    public void close() {
        connection.disconnect();
    }
}
