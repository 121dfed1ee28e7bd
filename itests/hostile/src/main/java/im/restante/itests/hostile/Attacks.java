package im.restante.itests.hostile;

import im.restante.itests.harness.PlainLogin;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The attacks there are. Each stands for a kind; README.md says which. */
final class Attacks {
    /** Somebody who is away. */
    static final String AWAY = "away";

    private static final String REGISTER = "<query xmlns='jabber:iq:register'>";
    private static final int MANY = 130;

    private Attacks() {}

    static List<Attack> all() {
        return List.of(
                new Attack(
                        "namespaces-before-login", List.of(), attacker -> attacker.many(6, Attacks::bombBeforeLogin)),
                new Attack(
                        "namespaces-stored", List.of("evil", AWAY), attacker -> attacker.many(2, Attacks::bombStored)),
                new Attack("unfinished-before-login", List.of(), attacker -> attacker.many(MANY, Attacks::unfinished)),
                new Attack("unfinished", accounts("evil", 10), Attacks::unfinishedAfterLogin),
                new Attack("slow-header", List.of(), attacker -> attacker.many(200, Attacks::slowHeader)),
                new Attack("presence", accounts("evil", 5), Attacks::presence),
                new Attack("deaf", List.of("evil"), Attacks::deaf),
                new Attack("roster", List.of("evil"), Attacks::roster),
                new Attack("private-storage", List.of("evil"), Attacks::privateStorage),
                new Attack("resources", List.of("evil"), Attacks::resources),
                new Attack("passwords", List.of("evil"), attacker -> attacker.many(50, Attacks::passwords)),
                new Attack(
                        "registrations",
                        List.of(),
                        Map.of("im.restante.accounts/registration", "true"),
                        attacker -> attacker.many(8, Attacks::registration)),
                new Attack("connections", List.of(), attacker -> attacker.many(8, Attacks::connection)),
                new Attack("live-flood", List.of("evil", "friend"), Attacks::liveFlood),
                new Attack("mail-flood", senders(), Attacks::mailFlood));
    }

    static Attack of(String word) {
        return all().stream()
                .filter(attack -> attack.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no attack " + word + "; there are "
                        + String.join(" ", all().stream().map(Attack::word).toList())));
    }

    private static List<String> accounts(String name, int count) {
        return IntStream.range(0, count).mapToObj(n -> name + n).toList();
    }

    private static List<String> senders() {
        return Stream.concat(Stream.of(AWAY), accounts("sender", 60).stream()).toList();
    }

    // ---- before login

    private static void bombBeforeLogin(Attacker attacker) throws IOException {
        Socket socket = attacker.stream();
        attacker.write(
                socket,
                "<iq type='set' id='x' xmlns:a='" + "n".repeat(60_000) + "'>" + REGISTER + "<a:x/>".repeat(1_000)
                        + "</query></iq>");
        attacker.drain(socket);
        attacker.close(socket);
    }

    private static void unfinished(Attacker attacker) throws IOException, InterruptedException {
        Socket socket = attacker.stream();
        attacker.write(socket, "<iq type='get' id='u'>");
        byte[] some = "<q/>".repeat(1_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        for (int n = 0; n < 65; n++) {
            attacker.write(socket, some);
        }
        while (attacker.drain(socket) && !attacker.isOver()) {
            Thread.sleep(100);
        }
        attacker.close(socket);
    }

    /** A byte now and then, so that no silence is long. */
    private static void slowHeader(Attacker attacker) throws IOException, InterruptedException {
        Socket socket = attacker.connect();
        for (char one : PlainLogin.HEADER.toCharArray()) {
            attacker.write(socket, String.valueOf(one));
            Thread.sleep(200);
            if (attacker.isOver()) {
                break;
            }
        }
        attacker.close(socket);
    }

    private static void connection(Attacker attacker) throws IOException {
        attacker.stream(); // and keeps it
    }

    private static void passwords(Attacker attacker) throws IOException {
        Socket socket = attacker.stream();
        attacker.drain(socket);
        socket.setSoTimeout(60_000);
        while (attacker.tryPassword(socket, "evil", "wrong").contains("not-authorized")) {
            // and again, as often as the server lets it
        }
        attacker.close(socket);
    }

    private static final AtomicInteger NAMES = new AtomicInteger();

    private static void registration(Attacker attacker) throws IOException {
        Socket socket = attacker.stream();
        attacker.drain(socket);
        attacker.write(
                socket,
                "<iq type='set' id='r'>" + REGISTER + "<username>new" + NAMES.incrementAndGet()
                        + "</username><password>some-secret-1</password></query></iq>");
        attacker.drain(socket);
        attacker.close(socket);
    }

    // ---- with an account

    private static void bombStored(Attacker attacker) throws IOException {
        Socket socket = attacker.online("evil", "r" + NAMES.incrementAndGet());
        String bomb = "<message to='" + AWAY + "@localhost' type='chat' xmlns:a='" + "n".repeat(20_000)
                + "'><body>b</body>" + "<a:x/>".repeat(500) + "</message>";
        while (!attacker.isOver()) {
            attacker.write(socket, bomb);
            attacker.drain(socket);
        }
    }

    private static void unfinishedAfterLogin(Attacker attacker) throws IOException, InterruptedException {
        AtomicInteger turn = new AtomicInteger();
        attacker.many(MANY, one -> {
            int number = turn.incrementAndGet();
            Socket socket = one.online("evil" + number % 10, "r" + number);
            one.write(socket, "<iq type='get' id='u'>" + "<q/>".repeat(60_000));
            while (one.drain(socket) && !one.isOver()) {
                Thread.sleep(100);
            }
            one.close(socket);
        });
    }

    private static void presence(Attacker attacker) throws IOException, InterruptedException {
        AtomicInteger turn = new AtomicInteger();
        attacker.many(95, one -> {
            int number = turn.incrementAndGet();
            Socket socket = one.online("evil" + number % 5, "r" + number);
            one.write(socket, "<presence>" + "<x xmlns='u'/>".repeat(18_600) + "</presence>");
            while (one.drain(socket) && !one.isOver()) {
                Thread.sleep(100);
            }
            one.close(socket);
        });
    }

    private static void deaf(Attacker attacker) throws IOException, InterruptedException {
        Socket writer = attacker.online("evil", "writer");
        attacker.write(
                writer,
                "<iq type='set' id='v'><vCard xmlns='vcard-temp'><NOTE>" + "n".repeat(120_000)
                        + "</NOTE></vCard></iq>");
        attacker.drain(writer);
        AtomicInteger turn = new AtomicInteger();
        attacker.many(235, one -> {
            Socket socket = one.online("evil", "r" + turn.incrementAndGet());
            for (int n = 0; n < 1_000 && !one.isOver(); n++) {
                one.write(socket, "<iq type='get' id='v" + n + "'><vCard xmlns='vcard-temp'/></iq>");
            }
            one.hold();
        });
    }

    private static void roster(Attacker attacker) throws IOException, InterruptedException {
        Socket socket = attacker.online("evil", "roster");
        StringBuilder groups = new StringBuilder();
        for (int n = 0; n < 100; n++) {
            groups.append("<group>").append(n).append("g".repeat(1_000)).append("</group>");
        }
        for (int n = 0; !attacker.isOver(); n++) {
            attacker.write(
                    socket,
                    "<iq type='set' id='i" + n + "'><query xmlns='jabber:iq:roster'><item jid='c" + n
                            + "@elsewhere.example'>" + groups + "</item></query></iq>");
            if (!attacker.drain(socket)) {
                return;
            }
        }
    }

    private static void privateStorage(Attacker attacker) throws IOException {
        Socket socket = attacker.online("evil", "private");
        for (int n = 0; !attacker.isOver(); n++) {
            attacker.write(
                    socket,
                    "<iq type='set' id='p" + n + "'><query xmlns='jabber:iq:private'><x xmlns='urn:example:" + n + "'>"
                            + "p".repeat(200_000) + "</x></query></iq>");
            if (!attacker.drain(socket)) {
                return;
            }
        }
    }

    private static void resources(Attacker attacker) throws IOException, InterruptedException {
        AtomicInteger turn = new AtomicInteger();
        attacker.many(8, one -> {
            if (turn.get() >= 600) {
                Thread.sleep(50);
                return;
            }
            Socket socket = one.online("evil", "r" + turn.incrementAndGet());
            one.write(socket, "<presence/>");
        });
    }

    /** To somebody who is there and does not read. */
    private static void liveFlood(Attacker attacker) throws IOException, InterruptedException {
        Socket friend = attacker.online("friend", "deaf");
        attacker.write(friend, "<presence/>");
        flood(attacker, "evil", "friend");
    }

    private static void flood(Attacker attacker, String from, String to) throws IOException, InterruptedException {
        AtomicInteger turn = new AtomicInteger();
        attacker.many(4, one -> {
            Socket socket = one.online(from, "r" + turn.incrementAndGet());
            byte[] message = ("<message to='" + to + "@localhost' type='chat'><body>" + "w".repeat(1_000)
                            + "</body></message>")
                    .repeat(50)
                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            while (!one.isOver()) {
                one.write(socket, message);
                if (socket.getInputStream().available() > 0 && !one.drain(socket)) {
                    return;
                }
            }
        });
    }

    /** Of sixty senders, as much as each may. */
    private static void mailFlood(Attacker attacker) throws IOException, InterruptedException {
        AtomicInteger turn = new AtomicInteger();
        attacker.many(60, one -> {
            Socket socket = one.online("sender" + turn.getAndIncrement() % 60, "r");
            String message = "<message to='" + AWAY + "@localhost' type='chat'><body>" + "w".repeat(60_000)
                    + "</body></message>";
            while (!one.isOver()) {
                one.write(socket, message);
                if (!one.drain(socket)) {
                    return;
                }
            }
        });
    }
}
