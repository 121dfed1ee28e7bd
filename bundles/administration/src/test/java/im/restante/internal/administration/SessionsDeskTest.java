package im.restante.internal.administration;

import static im.restante.internal.administration.Fakes.JULIET;
import static im.restante.internal.administration.Fakes.ROMEO;
import static im.restante.internal.administration.Fakes.STARTED;
import static im.restante.internal.administration.Fakes.done;
import static im.restante.internal.administration.Fakes.get;
import static im.restante.internal.administration.Fakes.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.admin.AdministrationException;
import im.restante.admin.SessionDetails;
import im.restante.internal.support.ThreadWorkers;
import im.restante.jid.Jid;
import im.restante.session.SessionInfo;
import im.restante.session.SessionManager;
import im.restante.xml.StreamCondition;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionsDeskTest {
    private static final Jid ORCHARD = ROMEO.withResource("orchard");

    private final Questions questions =
            new Questions(new ThreadWorkers("administration"), AdministrationException.DEADLINE);
    private final SessionsDesk desk = new SessionsDesk(questions);
    private final List<SessionInfo> all = new ArrayList<>();
    private final List<String> ended = new ArrayList<>();

    @BeforeEach
    void sessions() {
        for (Jid jid : List.of(ORCHARD, ROMEO.withResource("hall"), JULIET.withResource("balcony"))) {
            all.add(new SessionInfo(jid, true, 3, STARTED, "127.0.0.1:5", true, true, 7, SessionDetails.State.LIVE));
        }
        desk.manager = Fakes.fake(
                SessionManager.class,
                (name, args) -> name.equals("sessions")
                        ? List.copyOf(all)
                        : done(end((Jid) args[0], (StreamCondition) args[1], (String) args[2])));
    }

    @AfterEach
    void close() {
        questions.close();
    }

    private synchronized boolean end(Jid session, StreamCondition condition, String text) {
        ended.add(session + " " + condition + " " + text);
        return all.removeIf(one -> one.jid().equals(session));
    }

    @Test
    void listsAllOrThoseOfOneAccount() {
        assertEquals(3, get(desk.sessions()).size());
        SessionDetails first = get(desk.sessions(ROMEO)).get(0);
        assertEquals(ORCHARD, first.jid());
        assertEquals(7, first.waiting());
        assertEquals(2, get(desk.sessions(ROMEO)).size());
        assertEquals(List.of(), get(desk.sessions(Jid.of("nurse@example.org"))));
        assertEquals(
                "INVALID an account's address looks like name@domain, got " + ORCHARD, refusal(desk.sessions(ORCHARD)));
    }

    @Test
    void endsOneWithTheReasonOrTheStockReason() {
        get(desk.end(ORCHARD, "  Go home "));
        get(desk.end(ROMEO.withResource("hall"), null));
        assertEquals(
                List.of(
                        "romeo@example.org/orchard POLICY_VIOLATION Go home",
                        "romeo@example.org/hall POLICY_VIOLATION An administrator ended this session"),
                ended);
        assertEquals("NOT_FOUND there is no session " + ORCHARD, refusal(desk.end(ORCHARD, null)));
        assertEquals(
                "INVALID a session's address looks like name@domain/resource, got romeo@example.org",
                refusal(desk.end(ROMEO, null)));
    }

    @Test
    void endsAllOfAnAccount() {
        assertEquals(2, get(desk.endAll(ROMEO, " ")));
        assertEquals(0, get(desk.endAll(ROMEO, " ")));
        assertEquals(1, all.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\u0000b", "a\u007fb", "a\ufffeb", "a\ud800b", "a\tb"})
    void aReasonThatXmlCannotCarryInALineIsRefused(String reason) {
        assertEquals("INVALID a reason is one line without control characters", refusal(desk.end(ORCHARD, reason)));
        assertEquals("INVALID a reason is one line without control characters", refusal(desk.endAll(ROMEO, reason)));
        assertEquals(List.of(), ended);
    }

    @Test
    void saysThatTheSessionsAreNotThere() {
        desk.manager = null;
        String missing = "UNAVAILABLE sessions are not available: is its bundle running?";
        assertEquals(missing, refusal(desk.sessions()));
        assertEquals(missing, refusal(desk.end(ORCHARD, null)));
        assertEquals(missing, refusal(desk.endAll(ROMEO, null)));
    }
}
