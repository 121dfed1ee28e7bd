package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smackx.delay.packet.DelayInformation;
import org.junit.jupiter.api.Test;

/** The sample of a third party in the standalone server: it sends a notice, in the server's name, to whoever logs in. */
class NoticeOnLoginIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String NOTICE = "org.example.restante.notice";

    private static ServerProcess withSample(ServerProcess server) throws Exception {
        Path deploy = Files.createDirectories(server.home().resolve("deploy"));
        Files.copy(Path.of(System.getProperty("sample")), deploy.resolve("sample.jar"));
        return ServerTest.patient(server).configure(NOTICE, "text", "welcome to the first night");
    }

    /** Until the sample, which is installed while the server starts, does its work. */
    private static void awaitSample(ServerProcess server, String probe) throws Exception {
        Await.until("somebody is greeted", PATIENCE, () -> {
            try (SmackClient client = SmackClient.online(server, probe, "probe")) {
                client.ping();
                return !client.bodies().isEmpty();
            }
        });
    }

    private static boolean says(ServerProcess server, String figures) throws Exception {
        return server.shell("restante:spool romeo@localhost").contains("sqlite: " + figures);
    }

    @Test
    void whoeverLogsInIsGreetedAndANoticeToSomebodyAwaySurvivesAKillAndComesOnce() throws Exception {
        try (ServerProcess server = withSample(ServerProcess.prepare(Jdk.newest()))) {
            server.start().user("romeo").user("mercutio").user("tybalt");
            awaitSample(server, "mercutio");

            try (SmackClient away = SmackClient.login(server, "romeo", "without-presence")) {
                Await.until("the notice waits", PATIENCE, () -> says(server, "1 message,"));
                assertEquals(List.of(), away.bodies());
            }
            server.kill();
            server.configure(NOTICE, "text", "welcome to the second night").start();
            awaitSample(server, "tybalt");

            try (SmackClient romeo = SmackClient.online(server, "romeo", "orchard")) {
                romeo.awaitBodies(2);
                romeo.ping();
                assertEquals(List.of("welcome to the first night", "welcome to the second night"), romeo.bodies());
                for (Message message : romeo.messages) {
                    assertEquals("localhost", message.getFrom().toString());
                }
                assertNotNull(romeo.messages.get(0).getExtension(DelayInformation.class), "it has waited");
                Await.until("nothing waits any more", PATIENCE, () -> says(server, "nothing waits"));
            }

            server.stop();
        }
    }
}
