package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static im.restante.internal.routing.Server.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import im.restante.internal.routing.Server.Client;
import im.restante.jid.Jid;
import im.restante.server.SessionListener;
import im.restante.session.CloseReason;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is told that a client has logged in. */
class SessionListenerTest {
    private final Server server = new Server();
    private final SessionAnnouncements announcements = new SessionAnnouncements(server.registry);
    private final List<Jid> opened = new CopyOnWriteArrayList<>();
    private final SessionListener listener = opened::add;

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void isToldOnceOfEachSessionThatBeginsWhileItListens() {
        server.connect(JULIET, "before");
        announcements.addSessionListener(listener);
        Client balcony = server.connect(JULIET, "balcony");
        balcony.available(0);
        balcony.say("<presence type='unavailable'/>");
        balcony.end(CloseReason.ORDERLY);
        server.connect(JULIET, "balcony");
        assertEquals(List.of(balcony.jid(), balcony.jid()), opened);
        announcements.removeSessionListener(listener);
        server.connect(JULIET, "after");
        assertEquals(2, opened.size());
    }

    @Test
    void isToldWhenStanzasReachTheSession() {
        announcements.addSessionListener(
                session -> opened.addAll(server.registry.find(session) == null ? List.of() : List.of(session)));
        Client balcony = server.connect(JULIET, "balcony");
        assertEquals(List.of(balcony.jid()), opened);
    }

    @Test
    void isToldOfNoneThatCouldNotBegin() {
        announcements.addSessionListener(listener);
        server.existing.remove(ROMEO);
        assertThrows(AssertionError.class, () -> get(server.host.bind(ROMEO, "orchard", new FakeLink())));
        assertEquals(List.of(), opened);
    }

    @Test
    void oneThatFailsKeepsNobodyOutAndIsPassedOver() {
        announcements.addSessionListener(session -> {
            throw new LinkageError("of a bundle that is gone");
        });
        announcements.addSessionListener(listener);
        Client balcony = server.connect(JULIET, "balcony");
        assertEquals(List.of(balcony.jid()), opened);
        announcements.deactivate();
        server.connect(JULIET, "second");
        assertEquals(1, opened.size());
    }
}
