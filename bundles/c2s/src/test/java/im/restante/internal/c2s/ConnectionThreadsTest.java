package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.internal.c2s.C2sConfig.Tls;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionThreadsTest {
    @TempDir
    Path home;

    /** What runs on Java 17, on every JVM the test runs on. */
    @Test
    void platformThreadsServeAsWell() throws Exception {
        try (TestServer server = new TestServer(home, TestServer.config(Tls.REQUIRED), new ConnectionThreads(null));
                TestClient client = server.connect()) {
            client.startTls().open();
            client.login("balcony");
            FakeSessions.Session session = server.sessions.next();
            client.send("<message id='up'/>");
            assertEquals("up", session.next().id());
            session.send("<message id='down'/>");
            client.until("down");
        }
    }
}
