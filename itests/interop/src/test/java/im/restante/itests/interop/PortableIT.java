package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smackx.delay.packet.DelayInformation;
import org.junit.jupiter.api.Test;

/** What one server exports another one imports: accounts with their passwords, and what waits. */
class PortableIT {
    private static final int MESSAGES = 1_000;

    @Test
    void accountsAndMailMoveToANewServerInAFile() throws Exception {
        try (ServerProcess old = ServerTest.patient(ServerProcess.prepare(Jdk.newest()))
                        .configure("im.restante.quota", "store-limit", "-1");
                ServerProcess young = ServerProcess.prepare(Jdk.newest())) {
            old.start().user("romeo").user("juliet");
            try (SmackClient juliet = SmackClient.online(old, "juliet", "balcony")) {
                for (int n = 0; n < MESSAGES; n++) {
                    juliet.chat("romeo@localhost", Integer.toString(n));
                }
                juliet.ping();
            }
            String exported = old.shell("restante:export all.xml");
            assertTrue(exported.contains("2 accounts and 1000 messages written to "), exported);
            Path file = young.home().resolve("all.xml");
            Files.createDirectories(young.home());
            Files.copy(old.home().resolve("all.xml"), file);
            old.stop();

            young.start();
            String imported = young.shell("restante:import all.xml");
            assertTrue(
                    imported.endsWith("2 accounts looked at, 1000 messages stored, 0 messages there already\n"),
                    imported);
            assertTrue(young.shell("restante:import all.xml").contains("was imported whole at"));
            try (SmackClient romeo = SmackClient.online(young, "romeo", "orchard")) {
                romeo.awaitBodies(MESSAGES);
                romeo.ping();
                assertEquals(
                        IntStream.range(0, MESSAGES).mapToObj(Integer::toString).toList(), romeo.bodies());
                for (Message message : romeo.messages) {
                    assertEquals(
                            1, message.getExtensions(DelayInformation.class).size(), "one stamp");
                }
            }
            try (SmackClient again = SmackClient.online(young, "romeo", "orchard")) {
                again.ping();
                assertEquals(List.of(), again.bodies(), "nothing twice");
            }
        }
    }
}
