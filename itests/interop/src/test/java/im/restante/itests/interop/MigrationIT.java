package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.ServerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What waits moves between SQLite and a real MariaDB server while the server serves, and is killed. */
class MigrationIT extends MariaDbTest {
    private static final int OWNERS = 10;
    private static final int EACH = 1_000;
    private static final Pattern MOVED = Pattern.compile("(\\d+) of (\\d+) messages moved");

    private static ServerProcess unlimited() throws Exception {
        return prepare().configure("im.restante.quota", "store-limit", "-1");
    }

    /** Ten owners with a thousand messages each; returns when all are durable. */
    private static void fill(ServerProcess server) throws Exception {
        try (SmackClient sender = SmackClient.online(server.user("juliet"), "juliet", "balcony")) {
            for (int owner = 0; owner < OWNERS; owner++) {
                server.user("owner" + owner);
                for (int n = 0; n < EACH; n++) {
                    sender.chat("owner" + owner + "@localhost", "juliet " + n);
                }
            }
            sender.ping();
        }
    }

    private static List<String> bodies(String sender, int count) {
        return IntStream.range(0, count).mapToObj(n -> sender + " " + n).toList();
    }

    private static CompletableFuture<String> migrate(ServerProcess server, String names) {
        return inThreadOfItsOwn(() -> {
            try {
                return server.shell("restante:migrate " + names);
            } catch (IOException e) {
                return e.toString();
            }
        });
    }

    /** The common pool has, from JDK 25 on, but one thread on two cores: the traffic would keep it for itself. */
    private static <T> CompletableFuture<T> inThreadOfItsOwn(Supplier<T> task) {
        return CompletableFuture.supplyAsync(task, one -> new Thread(one).start());
    }

    private static void assertWholeMove(String report) {
        System.out.println(report);
        assertTrue(report.contains(", equal\n"), report);
        assertTrue(report.contains("\n0 messages wait in "), report);
    }

    @Test
    void aKillInTheMiddleLosesAndDoublesNothingAndTheSecondMoveFinishes() throws Exception {
        try (ServerProcess server = unlimited()) {
            server.start();
            choose(server, "sqlite");
            fill(server);
            choose(server, "mariadb");
            migrate(server, "sqlite mariadb");
            Await.until("some are moved", Duration.ofSeconds(60), () -> {
                try {
                    Matcher moved = MOVED.matcher(server.shell("restante:migrate"));
                    return moved.find() && Integer.parseInt(moved.group(1)) > 0;
                } catch (IOException e) { // not begun yet
                    return false;
                }
            });
            server.kill();
            server.start();
            assertWholeMove(migrate(server, "sqlite mariadb").get(300, TimeUnit.SECONDS));
            for (int owner = 0; owner < OWNERS; owner++) {
                assertGets(server, "owner" + owner, "juliet", EACH);
            }
        }
    }

    private static void assertGets(ServerProcess server, String owner, String sender, int count) throws Exception {
        try (SmackClient client = SmackClient.online(server, owner, "orchard")) {
            client.awaitBodies(count);
            client.ping();
            assertEquals(bodies(sender, count), client.bodies(), owner);
        }
        try (SmackClient again = SmackClient.online(server, owner, "orchard")) {
            again.ping();
            assertEquals(List.of(), again.bodies(), "nothing twice");
        }
    }

    @Test
    void underTrafficAndDrainsItGoesThereAndBackAndEverybodyGetsEverythingOnceInOrder() throws Exception {
        try (ServerProcess server = unlimited()) {
            server.start();
            choose(server, "sqlite");
            fill(server);
            server.user("nurse");
            List<SmackClient> online = new ArrayList<>();
            AtomicBoolean enough = new AtomicBoolean();
            CompletableFuture<Traffic> traffic = inThreadOfItsOwn(() -> send(server, enough));
            choose(server, "mariadb");
            CompletableFuture<String> there = migrate(server, "sqlite mariadb");
            for (int owner = 0; owner < OWNERS / 2; owner++) {
                online.add(SmackClient.online(server, "owner" + owner, "orchard"));
            }
            assertWholeMove(there.get(300, TimeUnit.SECONDS));
            choose(server, "sqlite");
            CompletableFuture<String> back = migrate(server, "mariadb sqlite");
            for (int owner = OWNERS / 2; owner < OWNERS; owner++) {
                online.add(SmackClient.online(server, "owner" + owner, "orchard"));
            }
            assertWholeMove(back.get(300, TimeUnit.SECONDS));
            enough.set(true);
            Traffic meanwhile = traffic.get(120, TimeUnit.SECONDS);
            int sent = meanwhile.toEach();
            System.out.printf(
                    "meanwhile %d messages to each of %d; their sender waited for a proof %d ms at most%n",
                    sent, OWNERS, meanwhile.longestWait().toMillis());
            for (SmackClient client : online) {
                client.awaitBodies(EACH + sent);
                client.ping();
                List<String> bodies = client.bodies();
                assertEquals(bodies.size(), new HashSet<>(bodies).size(), "none twice");
                for (String sender : List.of("juliet", "nurse")) {
                    assertEquals(
                            bodies(sender, sender.equals("juliet") ? EACH : sent),
                            bodies.stream()
                                    .filter(body -> body.startsWith(sender))
                                    .toList());
                }
                client.close();
            }
        }
    }

    /**
     * What a sender did.
     *
     * @param longestWait for the proof of messages, one to each owner
     */
    private record Traffic(int toEach, Duration longestWait) {}

    /** One message to every owner, again and again. */
    private static Traffic send(ServerProcess server, AtomicBoolean enough) {
        try (SmackClient sender = SmackClient.online(server, "nurse", "kitchen")) {
            int sent = 0;
            long longest = 0;
            while (!enough.get()) {
                long begin = System.nanoTime();
                for (int owner = 0; owner < OWNERS; owner++) {
                    sender.chat("owner" + owner + "@localhost", "nurse " + sent);
                }
                sender.ping();
                longest = Math.max(longest, System.nanoTime() - begin);
                sent++;
            }
            return new Traffic(sent, Duration.ofNanos(longest));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
