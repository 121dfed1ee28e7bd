package im.restante.itests.interop;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** One server for all tests of a class; each test makes its own users. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ServerTest {
    private static final AtomicInteger NAMES = new AtomicInteger();

    ServerProcess server;

    @BeforeAll
    void startServer() throws Exception {
        server = configured(prepared()).start();
    }

    @AfterAll
    void stopServer() {
        server.close();
    }

    /** A server in its own virtual machine, not started. */
    ServerProcess prepared() {
        return ServerProcess.prepare(Jdk.newest());
    }

    /** What the tests of this class need set before the start. */
    ServerProcess configured(ServerProcess prepared) {
        return patient(prepared.configure("im.restante.accounts", "scram-iterations", "4096"));
    }

    /** It refuses no message because the machine stood still for some seconds. */
    static ServerProcess patient(ServerProcess prepared) {
        return prepared.configure("im.restante.offline", "store-timeout-seconds", "60")
                .configure("im.restante.offline", "swap-timeout-seconds", "20");
    }

    /** Makes an account nobody else uses and gives its local part. */
    String newUser(String name) throws Exception {
        String local = name + NAMES.incrementAndGet();
        server.user(local);
        return local;
    }

    /** Until the drain of a session that came is over: from then on what is sent to it is handed over at once. */
    void awaitLive(String local) throws Exception {
        Await.until(
                local + " is live",
                Duration.ofSeconds(60),
                () -> server.shell("restante:sessions")
                        .lines()
                        .anyMatch(line -> line.startsWith(jid(local) + "/") && line.contains("LIVE")));
    }

    static String jid(String local) {
        return local + "@localhost";
    }
}
