package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The settings of the offline-message guide, as it writes them into {@code init.properties}, each seen in what a running server
 * does. The file is saved while the server runs; nothing is started again.
 */
class GuideIT extends ServerTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private static final Pattern PING = Pattern.compile("<iq (?=[^>]*type='get')[^>]*\\bid='([^']+)'");

    private RawClient juliet;
    private String romeo;

    @Override
    ServerProcess configured(ServerProcess prepared) {
        return super.configured(prepared)
                .configure("im.restante.c2s", "tls", "optional")
                .configure("im.restante.limits", "max-resources", "-1"); // a crowd that is one sender
    }

    @BeforeEach
    void juliet() throws Exception {
        juliet = RawClient.login(server, newUser("juliet"));
        romeo = newUser("romeo");
    }

    /** The server may read that a little later, in the next test: what that needs from the beginning it must wait for. */
    @AfterEach
    void forgetTheFile() throws Exception {
        initProperties("--sm-plugins=+amp");
        inForce(() -> stored("<body>probe</body>", 3) == 3);
        juliet.close();
    }

    private void initProperties(String... lines) throws IOException {
        Files.writeString(server.home().resolve("etc/init.properties"), String.join("\n", lines) + "\n");
    }

    private static void inForce(Callable<Boolean> condition) throws Exception {
        Await.until("the settings in force", SOON, condition);
    }

    /** How many of {@code count} equal messages to somebody new, who is away, are waiting afterwards. */
    private int stored(String content, int count) throws Exception {
        return stored("normal", content, count);
    }

    private int stored(String type, String content, int count) throws Exception {
        String absent = newUser("absent");
        juliet.say(("<message to='" + jid(absent) + "' type='" + type + "'>" + content + "</message>").repeat(count));
        return waiting(absent);
    }

    /** What {@code restante:spool} counts. */
    private int waiting(String local) throws Exception {
        Matcher messages = Pattern.compile("(\\d+) messages?,").matcher(server.shell("restante:spool " + jid(local)));
        return messages.find() ? Integer.parseInt(messages.group(1)) : 0;
    }

    private static int count(String text, String part) {
        return text.split(part, -1).length - 1;
    }

    private static String message(String to, int number) {
        return "<message to='" + jid(to) + "' type='chat' id='m" + number + "'><body>" + number + "</body></message>";
    }

    private static String messages(String to, int count) {
        StringBuilder all = new StringBuilder();
        for (int n = 0; n < count; n++) {
            all.append(message(to, n));
        }
        return all.toString();
    }

    /** Its owner comes, reads so many messages, proves them and leaves; nothing waits then. */
    private List<String> drained(String local, int count) throws Exception {
        List<String> messages = new ArrayList<>();
        try (RawClient owner = RawClient.login(server, local)) {
            owner.write("<presence/>");
            StringBuilder message = new StringBuilder();
            while (messages.size() < count) {
                String part = owner.readUntil(">");
                message.append(part);
                Matcher ping = PING.matcher(part);
                if (ping.find()) {
                    owner.write("<iq type='result' id='" + ping.group(1) + "' to='localhost'/>");
                }
                if (part.endsWith("</message>")) {
                    messages.add(message.toString());
                    message.setLength(0);
                }
            }
            owner.write("</stream:stream>");
            owner.readToEnd();
        }
        inForce(() -> waiting(local) == 0);
        return messages;
    }

    @Test
    void storeLimitInBothPlacesKeepsThatManyOfAPair() throws Exception {
        initProperties("sess-man/plugins-conf/amp/store-limit[L]=2", "amp/store-limit[L]=2");
        inForce(() -> stored("<body>probe</body>", 3) == 2);
        String said = juliet.say(messages(romeo, 3));
        assertEquals(1, count(said, "<message "), said);
        assertTrue(said.contains("type='error'") || said.contains("type=\"error\""), said);
        assertTrue(said.contains("<body>2</body>"), "the third comes back with its children");
        assertTrue(said.contains("<service-unavailable"), said);
    }

    @Test
    void theGuidesOwnLimitOfTwoHundredHoldsFromEitherPlace() throws Exception {
        initProperties("amp/store-limit[L]=200");
        inForce(() -> stored("<body>probe</body>", 101) == 101);
        assertEquals(1, count(juliet.say(messages(romeo, 201)), "<service-unavailable"), "the second place alone");
        assertEquals(200, waiting(romeo));
        initProperties("--sm-plugins=+amp");
        inForce(() -> stored("<body>probe</body>", 101) == 100);
        initProperties("sess-man/plugins-conf/amp/store-limit[L]=200", "amp/store-limit[L]=200");
        inForce(() -> stored("<body>probe</body>", 201) == 200);
    }

    @Test
    void eachOfAHundredSendersHasALimitOfItsOwnAndADrainFreesThemAll() throws Exception {
        server.configure("im.restante.quota", "store-limit", "2");
        try {
            inForce(() -> stored("<body>probe</body>", 3) == 2);
            List<String> senders = new ArrayList<>();
            for (int n = 0; n < 100; n++) {
                senders.add(newUser("one"));
            }
            List<Future<Integer>> refused = new ArrayList<>();
            ExecutorService threads = Executors.newFixedThreadPool(20);
            try {
                for (String sender : senders) {
                    refused.add(threads.submit(() -> {
                        try (RawClient one = RawClient.login(server, sender)) {
                            return count(one.say(messages(romeo, 3)), "<service-unavailable");
                        }
                    }));
                }
                for (Future<Integer> one : refused) {
                    assertEquals(1, one.get());
                }
            } finally {
                threads.shutdownNow();
            }
            assertEquals(200, waiting(romeo), "what the counters say");
            assertEquals(200, drained(romeo, 200).size(), "the rows");
            try (RawClient one = RawClient.login(server, senders.get(0))) {
                assertEquals(1, count(one.say(messages(romeo, 3)), "<service-unavailable"));
            }
            assertEquals(2, waiting(romeo));
        } finally {
            server.configure("im.restante.quota", "store-limit", "100");
        }
    }

    @Test
    void quotaExceededDropIsSilent() throws Exception {
        initProperties(
                "sess-man/plugins-conf/amp/store-limit[L]=2",
                "amp/store-limit[L]=2",
                "sess-man/plugins-conf/amp/quota-exceeded=drop");
        inForce(() -> stored("<body>probe</body>", 3) == 2);
        inForce(() -> count(juliet.say(messages(newUser("full"), 3)), "<message ") == 0);
        juliet.say(messages(romeo, 3));
        assertEquals(2, waiting(romeo));
    }

    /** Ours, beside the guide's two. */
    @Test
    void quotaExceededDropOldestKeepsTheNewest() throws Exception {
        initProperties("amp/store-limit[L]=2", "amp/quota-exceeded=drop-oldest");
        inForce(() -> {
            String full = newUser("full");
            return count(juliet.say(messages(full, 3)), "<message ") == 0
                    && waiting(full) == 2
                    && server.shell("restante:why " + jid(full)).contains("to make room for a newer one");
        });
        assertEquals(0, count(juliet.say(messages(romeo, 4)), "<message "));
        assertEquals(2, waiting(romeo));
        List<String> kept = drained(romeo, 2);
        assertTrue(kept.get(0).contains("<body>2</body>") && kept.get(1).contains("<body>3</body>"), kept::toString);
    }

    @Test
    void aUserSetsALimitOfTenAndThenNone() throws Exception {
        initProperties(
                "sess-man/plugins-conf/amp/user-store-limit-enable[B]=true", "amp/user-store-limit-enable[B]=true");
        try (RawClient owner = RawClient.login(server, romeo)) {
            inForce(() -> {
                String said =
                        owner.say("<iq type=\"set\" id=\"aabba\"><msgoffline xmlns=\"msgoffline\" limit=\"10\"/></iq>");
                return said.contains("id='aabba'") && said.contains("<msgoffline xmlns='msgoffline' limit='10'/></iq>");
            });
        }
        String refused = juliet.say(messages(romeo, 12));
        assertEquals(2, count(refused, "<message "), refused);
        try (RawClient owner = RawClient.login(server, romeo)) {
            String said =
                    owner.say("<iq type=\"set\" id=\"aabbb\"><msgoffline xmlns=\"msgoffline\" limit=\"false\"/></iq>");
            assertTrue(said.contains("type='result'") && said.contains("id='aabbb'"), said);
            assertTrue(said.contains("<msgoffline xmlns='msgoffline' limit='false'/>"), said);
        }
        assertEquals(0, count(juliet.say(messages(romeo, 140)), "<message "), "more than the global limit of 100");
        assertEquals(150, waiting(romeo));
    }

    @Test
    void usersMayNotSetLimitsUnlessTheyAreEnabled() throws Exception {
        try (RawClient owner = RawClient.login(server, romeo)) {
            inForce(() -> owner.say("<iq type='set' id='a'><msgoffline xmlns='msgoffline' limit='10'/></iq>")
                    .contains("<not-allowed"));
        }
    }

    /** A headline is never stored by default, whatever it has. */
    @Test
    void pathsStoreWhatHasNoBody() throws Exception {
        inForce(() -> stored("headline", "<store-offline xmlns='urn:example'/>", 1) == 0);
        initProperties(
                "sess-man/plugins-conf/amp/msg-store-offline-paths[s]=/message/received[urn:xmpp:receipts],/message/store-offline");
        inForce(() -> stored("headline", "<store-offline xmlns='urn:example'/>", 1) == 1);
        assertEquals(1, stored("headline", "<received xmlns='urn:xmpp:receipts' id='1'/>", 1));
        assertEquals(0, stored("headline", "<received xmlns='urn:example'/>", 1), "another namespace");
    }

    @Test
    void aMinusStopsStorage() throws Exception {
        initProperties(
                "sess-man/plugins-conf/amp/msg-store-offline-paths[s]=/message/store-offline,-/message/do-not-store");
        inForce(() -> stored("<do-not-store xmlns='urn:example'/><body>words</body>", 1) == 0);
        assertEquals(1, stored("<store-offline xmlns='urn:example'/>", 1));
        assertEquals(1, stored("<body>words</body>", 1), "the defaults for the rest");
    }

    @Test
    void theGuidesTrapAndItsCure() throws Exception {
        String both = "<received xmlns='urn:example'/><plain xmlns='urn:example'/>";
        initProperties("sess-man/plugins-conf/amp/msg-store-offline-paths[s]=/message/received,-/message/plain");
        inForce(() -> stored("<plain xmlns='urn:example'/><body>words</body>", 1) == 0);
        assertEquals(1, stored(both, 1), "the first match decides: stored");
        initProperties("sess-man/plugins-conf/amp/msg-store-offline-paths[s]=-/message/plain,/message/received");
        inForce(() -> stored(both, 1) == 0);
        assertEquals(1, stored("<received xmlns='urn:example'/>", 1));
    }

    @Test
    void msgOfflineFalseStoresNothingMoreAndStillDelivers() throws Exception {
        juliet.say(message(romeo, 1));
        initProperties("sess-man/plugins-conf/amp/msg-offline=false");
        inForce(() -> stored("<body>probe</body>", 1) == 0);
        String said = juliet.say(message(romeo, 2));
        assertTrue(said.contains("<service-unavailable"), said);
        inForce(() -> !juliet.say(
                        "<iq type='get' id='d' to='localhost'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>")
                .contains("msgoffline"));
        try (RawClient owner = RawClient.login(server, romeo)) {
            owner.write("<presence/>");
            owner.readUntil("<body>1</body>");
        }
    }

    @Test
    void ofManySendersAtOnceExactlyTheLimitIsStored() throws Exception {
        String sender = newUser("crowd");
        List<RawClient> crowd = new ArrayList<>();
        try {
            for (int n = 0; n < 64; n++) {
                crowd.add(RawClient.login(server, sender));
            }
            assertExactlyTheLimitIsStored(crowd, 100);
            initProperties("sess-man/plugins-conf/amp/store-limit[L]=70");
            assertExactlyTheLimitIsStored(crowd, 70);
            initProperties("amp/store-limit[L]=80");
            assertExactlyTheLimitIsStored(crowd, 80);
            initProperties("--sm-plugins=+amp");
            server.configure("im.restante.quota", "store-limit", "90");
            assertExactlyTheLimitIsStored(crowd, 90);
        } finally {
            server.configure("im.restante.quota", "store-limit", "100");
            for (RawClient one : crowd) {
                one.close();
            }
        }
    }

    private void assertExactlyTheLimitIsStored(List<RawClient> crowd, int limit) throws Exception {
        inForce(() -> stored("<body>probe</body>", limit + 1) == limit);
        String owner = newUser("owner");
        ExecutorService threads = Executors.newFixedThreadPool(crowd.size());
        try {
            List<Future<Integer>> refused = new ArrayList<>();
            for (RawClient one : crowd) {
                refused.add(threads.submit(() -> count(one.say(messages(owner, 5)), "<service-unavailable")));
            }
            int all = 0;
            for (Future<Integer> one : refused) {
                all += one.get();
            }
            assertEquals(crowd.size() * 5 - limit, all);
        } finally {
            threads.shutdownNow();
        }
        assertEquals(limit, waiting(owner), "what the counter says");
        assertEquals(limit, drained(owner, limit).size(), "the rows");
    }
}
