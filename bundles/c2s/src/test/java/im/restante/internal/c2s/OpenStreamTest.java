package im.restante.internal.c2s;

import im.restante.internal.c2s.C2sConfig.Tls;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Begins each test with a server of its own and a client that has opened its stream and said nothing more. */
abstract class OpenStreamTest {
    @TempDir
    static Path home;

    private final Tls tls;
    TestServer server;
    TestClient client;

    OpenStreamTest(Tls tls) {
        this.tls = tls;
    }

    @BeforeEach
    void open() throws IOException {
        server = new TestServer(home, TestServer.config(tls));
        client = server.connect();
        client.open();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }
}
