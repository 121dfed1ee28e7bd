package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static im.restante.itests.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.internal.routing.Server.Client;
import im.restante.session.CloseReason;
import im.restante.session.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Senders who never stop, while sessions of their recipient come, go, stall and break. */
class SpoolUnderLoadTest {
    private static final int SENDERS = 4;
    private static final int EACH = 600;

    /** Nobody gives up, however slow the machine is. */
    private static final Map<String, String> SETTINGS = Map.of("window", "20", "store-timeout-seconds", "600");

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void oneResourceThatComesAndGoesGetsEverythingOnceAndInOrder(long seed) throws InterruptedException {
        try (Server server = new Server(new FakeDelivery().slow(), new Server.FakeUsers(), SETTINGS)) {
            List<Thread> senders = senders(server);
            List<String> got = new ArrayList<>();
            Random random = new Random(seed);
            while (senders.stream().anyMatch(Thread::isAlive)) {
                FakeLink link = new FakeLink();
                Client romeo = server.connect(ROMEO, "orchard", link);
                romeo.available(0);
                live(random, server, romeo);
                romeo.end(CloseReason.CUT);
                got.addAll(romeo.bodies());
            }
            for (Thread sender : senders) {
                sender.join();
            }
            Client romeo = server.live(ROMEO, "orchard", 0);
            got.addAll(romeo.bodies());

            assertEquals(SENDERS * EACH, new HashSet<>(got).size(), "lost");
            assertEquals(SENDERS * EACH, got.size(), "doubled");
            Map<String, Integer> last = new HashMap<>();
            for (String body : got) {
                String[] parts = body.split(":");
                int number = Integer.parseInt(parts[1]);
                assertEquals(last.getOrDefault(parts[0], -1) + 1, number, "order of " + parts[0]);
                last.put(parts[0], number);
            }
            eventually(() -> server.delivery.spool(ROMEO).isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void twoResourcesLoseNothingBetweenThemAndNeitherGetsAnythingTwice(long seed) throws InterruptedException {
        try (Server server = new Server(new FakeDelivery().slow(), new Server.FakeUsers(), SETTINGS)) {
            List<Thread> senders = senders(server);
            List<List<String>> got = new ArrayList<>();
            Random random = new Random(seed);
            Client[] romeo = new Client[2];
            while (senders.stream().anyMatch(Thread::isAlive)) {
                int which = random.nextInt(2);
                if (romeo[which] != null) {
                    romeo[which].end(CloseReason.CUT);
                    got.add(romeo[which].bodies());
                }
                romeo[which] = server.connect(ROMEO, "r" + which);
                romeo[which].available(random.nextInt(4) == 0 ? -1 : 0);
                live(random, server, romeo[which]);
            }
            for (Thread sender : senders) {
                sender.join();
            }
            for (Client client : romeo) {
                if (client != null) {
                    client.end(CloseReason.CUT);
                    got.add(client.bodies());
                }
            }
            got.add(server.live(ROMEO, "last", 0).bodies());
            HashSet<String> all = new HashSet<>();
            for (List<String> bodies : got) {
                assertEquals(bodies.size(), new LinkedHashSet<>(bodies).size(), "doubled");
                all.addAll(bodies);
            }
            assertEquals(SENDERS * EACH, all.size(), "lost");
        }
    }

    /** A while in the life of a connection: it flows, it stalls with a short queue, it flows again, or not. */
    private static void live(Random random, Server server, Client client) throws InterruptedException {
        if (random.nextBoolean()) { // the other half ends in the middle of a drain
            long end = System.nanoTime() + 200_000_000L;
            while (System.nanoTime() < end && !server.state(client).equals("LIVE")) {
                Thread.onSpinWait();
            }
        }
        for (int i = random.nextInt(3); i >= 0; i--) {
            Thread.sleep(random.nextInt(6));
            client.link.hold(random.nextInt(30));
            Thread.sleep(random.nextInt(6));
            if (random.nextBoolean()) {
                client.link.flow();
            }
        }
    }

    private static List<Thread> senders(Server server) {
        return senders(server, SpoolUnderLoadTest::send);
    }

    private static List<Thread> senders(Server server, BiConsumer<Client, String> life) {
        List<Thread> senders = new ArrayList<>();
        for (int s = 0; s < SENDERS; s++) {
            String name = "s" + s;
            Client sender = server.connect(JULIET, name);
            Thread thread = new Thread(() -> life.accept(sender, name), name);
            thread.start();
            senders.add(thread);
        }
        return senders;
    }

    private static void send(Client sender, String name) {
        List<CompletionStage<Outcome>> open = new ArrayList<>();
        for (int i = 0; i < EACH; i++) {
            open.add(sender.send(
                    "<message to='romeo@localhost' type='chat'><body>" + name + ":" + i + "</body></message>"));
            if (open.size() == 100) { // a connection has a window of open verdicts
                Server.get(CompletableFuture.allOf(
                        open.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new)));
                open.clear();
            }
        }
        Server.get(CompletableFuture.allOf(
                open.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new)));
        assertEquals(List.of(), sender.link.received(), "nobody was refused");
    }

    @Test
    void replacingTheDeliveryUnderTrafficLosesNothing() throws InterruptedException {
        try (Server server = new Server(new FakeDelivery().slow(), new Server.FakeUsers(), SETTINGS)) {
            List<Thread> senders = senders(server);
            List<String> got = new ArrayList<>();
            while (senders.stream().anyMatch(Thread::isAlive)) {
                server.unsetDelivery();
                Client romeo = server.connect(ROMEO, "orchard");
                romeo.available(0);
                server.setDelivery();
                Thread.sleep(3);
                romeo.link.hold(5);
                server.unsetDelivery();
                CompletionStage<Void> ended = romeo.endLater(CloseReason.CUT);
                server.setDelivery();
                Server.get(ended);
                got.addAll(romeo.bodies());
            }
            got.addAll(server.live(ROMEO, "orchard", 0).bodies());
            assertEquals(SENDERS * EACH, new HashSet<>(got).size(), "lost");
            assertEquals(SENDERS * EACH, got.size(), "doubled");
        }
    }

    @Test
    void aDrainEndsUnderAnyTraffic() throws InterruptedException {
        AtomicBoolean live = new AtomicBoolean();
        AtomicInteger sent = new AtomicInteger();
        try (Server server = new Server(new FakeDelivery().slow(), new Server.FakeUsers(), SETTINGS)) {
            List<Thread> senders = senders(server, (sender, name) -> {
                while (!live.get()) {
                    send(sender, name);
                    sent.addAndGet(EACH);
                }
            });
            eventually(() -> server.delivery.spool(ROMEO).size() > 50);
            Client romeo = server.connect(ROMEO, "orchard");
            romeo.available(0);
            eventually(() -> server.state(romeo).equals("LIVE"));
            live.set(true);
            for (Thread sender : senders) {
                sender.join();
            }
            assertEquals(sent.get(), romeo.bodies().size());
        }
    }
}
