package im.restante.internal.iq;

import static im.restante.internal.iq.Iqs.ROMEO;
import static im.restante.internal.iq.Iqs.SERVER;
import static im.restante.internal.iq.Iqs.error;
import static im.restante.internal.iq.Iqs.get;
import static im.restante.internal.iq.Iqs.result;
import static im.restante.internal.iq.Iqs.service;
import static im.restante.internal.iq.Iqs.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.iq.DiscoveryNodes;
import im.restante.iq.FeatureProvider;
import im.restante.jid.Jid;
import im.restante.roster.Directory;
import im.restante.roster.Rosters;
import im.restante.server.ServerInfo;
import im.restante.stanza.Iq;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SmallHandlersTest {
    private static final Element INFO = Element.of(Namespaces.DISCO_INFO, "query");
    private static final Element ITEMS = Element.of(Namespaces.DISCO_ITEMS, "query");
    private static final Element PING = Element.of(Namespaces.PING, "ping");

    private final Subscribers subscribers = new Subscribers();
    private final NodeAnswers nodes = new NodeAnswers();
    private final DiscoInfoHandler info = new DiscoInfoHandler(new Info(), subscribers, nodes);
    private final DiscoItemsHandler items = new DiscoItemsHandler(subscribers, nodes);

    @Test
    void pingIsAnsweredEmpty() throws Exception {
        assertNull(result(new PingHandler().handle(get(SERVER, PING))));
        assertNull(result(new PingHandler().handle(get(null, PING))));
        assertEquals("bad-request", error(new PingHandler().handle(set(SERVER, PING))));
    }

    @Test
    void legacySessionIsAnsweredEmpty() throws Exception {
        Element session = Element.of("urn:ietf:params:xml:ns:xmpp-session", "session");
        assertNull(result(new LegacySessionHandler().handle(set(SERVER, session))));
        assertEquals("bad-request", error(new LegacySessionHandler().handle(get(SERVER, session))));
    }

    @Test
    void aStreamHasOneResource() throws Exception {
        Element bind = Element.of("urn:ietf:params:xml:ns:xmpp-bind", "bind");
        assertEquals("not-allowed", error(new BindHandler().handle(set(null, bind))));
    }

    @Test
    void versionTellsTheProgramAndNotTheOperatingSystem() throws Exception {
        VersionHandler version = new VersionHandler(new Info());
        Element answer = result(version.handle(get(SERVER, Element.of("jabber:iq:version", "query"))));
        assertEquals(
                List.of("name", "version"),
                answer.children().stream().map(Element::name).toList());
        assertEquals("Restante", answer.children().get(0).text());
        assertEquals("9.9", answer.children().get(1).text());
        assertEquals("bad-request", error(version.handle(set(SERVER, answer))));
    }

    @Test
    void timeTellsUtcAndTheOffsetOfTheServer() throws Exception {
        Instant now = Instant.parse("2006-12-19T17:58:35.250Z");
        Element question = Element.of("urn:xmpp:time", "time");
        Element denver =
                result(new TimeHandler(Clock.fixed(now, ZoneId.of("America/Denver"))).handle(get(SERVER, question)));
        assertEquals(
                "-07:00", denver.child("urn:xmpp:time", "tzo").orElseThrow().text());
        assertEquals(
                "2006-12-19T17:58:35.250Z",
                denver.child("urn:xmpp:time", "utc").orElseThrow().text());
        Element greenwich = result(new TimeHandler(Clock.fixed(now, ZoneId.of("UTC"))).handle(get(SERVER, question)));
        assertEquals(
                "+00:00", greenwich.child("urn:xmpp:time", "tzo").orElseThrow().text());
        assertEquals("bad-request", error(new TimeHandler().handle(set(SERVER, question))));
    }

    @Test
    void discoTellsWhatTheServerIsAndWhatItsProvidersName() throws Exception {
        info.bindProvider(features(Set.of("msgoffline", "vcard-temp"), Set.of("own")), service(1));
        Element answer = result(info.handle(get(SERVER, INFO)));
        Element identity = answer.child(Namespaces.DISCO_INFO, "identity").orElseThrow();
        assertEquals("server", identity.attribute("category"));
        assertEquals("im", identity.attribute("type"));
        assertEquals("Restante", identity.attribute("name"));
        assertEquals(List.of(Namespaces.DISCO_INFO, Namespaces.DISCO_ITEMS, "msgoffline", "vcard-temp"), vars(answer));
    }

    @Test
    void discoTellsWhatTheOwnAccountIs() throws Exception {
        info.bindProvider(features(Set.of("msgoffline"), Set.of("own")), service(1));
        for (Jid self : new Jid[] {null, ROMEO}) {
            Element answer = result(info.handle(get(self, INFO)));
            Element identity = answer.child(Namespaces.DISCO_INFO, "identity").orElseThrow();
            assertEquals("account", identity.attribute("category"));
            assertEquals("registered", identity.attribute("type"));
            assertEquals(List.of(Namespaces.DISCO_INFO, Namespaces.DISCO_ITEMS, "own"), vars(answer));
        }
    }

    @Test
    void discoFollowsProvidersThatComeGoAndFail() throws Exception {
        FeatureProvider offline = features(Set.of("msgoffline"), Set.of());
        info.bindProvider(offline, service(1));
        info.bindProvider(
                () -> {
                    throw new IllegalStateException("broken on purpose");
                },
                service(2));
        assertTrue(vars(result(info.handle(get(SERVER, INFO)))).contains("msgoffline"));
        info.unbindProvider(offline, service(1));
        assertEquals(
                List.of(Namespaces.DISCO_INFO, Namespaces.DISCO_ITEMS), vars(result(info.handle(get(SERVER, INFO)))));
    }

    @Test
    void ofTwoThatHaveANodeTheHigherRankedAnswersAndThenTheOlder() {
        Iq request = get(SERVER, INFO);
        Map<String, Element> answers = new HashMap<>();
        for (int id : new int[] {9, 3, 5}) {
            Element own = Element.of("urn:example", "a" + id);
            nodes.bindProvider((asked, node) -> Optional.of(asked.result(own)), service(id));
            answers.put("a" + id, own);
        }
        assertEquals(
                request.result(answers.get("a3")), nodes.of(request, "menu").orElseThrow());
        DiscoveryNodes better = (asked, node) -> Optional.of(asked.result(answers.get("a9")));
        nodes.bindProvider(better, service(20, "service.ranking", 1));
        assertEquals(
                request.result(answers.get("a9")), nodes.of(request, "menu").orElseThrow());
        nodes.bindProvider(better, service(20, "service.ranking", -1));
        assertEquals(
                request.result(answers.get("a3")), nodes.of(request, "menu").orElseThrow());
    }

    @Test
    void aNodeOfTheServerIsAnsweredByWhoHasItAndABrokenProviderCostsNothing() throws Exception {
        nodes.bindProvider(
                (request, node) -> {
                    throw new IllegalStateException("broken on purpose");
                },
                service(1));
        DiscoveryNodes menu = (request, node) -> node.equals("menu")
                ? Optional.of(request.result(request.payload().orElseThrow()))
                : Optional.empty();
        nodes.bindProvider(menu, service(2));
        Element ofInfo = INFO.withAttribute("node", "menu");
        Element ofItems = ITEMS.withAttribute("node", "menu");
        assertEquals(ofInfo, result(info.handle(get(SERVER, ofInfo))));
        assertEquals(ofItems, result(items.handle(get(SERVER, ofItems))));
        assertEquals("item-not-found", error(info.handle(get(ROMEO, ofInfo))), "accounts have no such node");
        assertEquals("item-not-found", error(items.handle(get(ROMEO, ofItems))));
        assertEquals("item-not-found", error(items.handle(get(SERVER, ITEMS.withAttribute("node", "other")))));
        nodes.unbindProvider(menu, service(2));
        assertEquals("item-not-found", error(items.handle(get(SERVER, ofItems))));
        assertEquals("item-not-found", error(info.handle(get(SERVER, ofInfo))));
    }

    @Test
    void discoTellsOfNodesThatProvidersKnow() throws Exception {
        info.bindProvider(
                new FeatureProvider() {
                    @Override
                    public Set<String> serverFeatures() {
                        return Set.of("urn:a");
                    }

                    @Override
                    public Set<String> nodeFeatures(String node) {
                        return node.equals("urn:a") ? Set.of("urn:a", "urn:a?b") : Set.of();
                    }
                },
                service(1));
        Element answer = result(info.handle(get(SERVER, INFO.withAttribute("node", "urn:a"))));
        assertEquals("urn:a", answer.attribute("node"));
        assertTrue(answer.child(Namespaces.DISCO_INFO, "identity").isPresent());
        assertEquals(List.of("urn:a", "urn:a?b"), vars(answer));
        assertEquals("item-not-found", error(info.handle(get(SERVER, INFO.withAttribute("node", "x")))));
        assertEquals("item-not-found", error(info.handle(get(ROMEO, INFO.withAttribute("node", "urn:a")))));
    }

    /** XEP-0030 §8: who is not subscribed cannot tell whether there is such an account. */
    @Test
    void discoTellsOnlySubscribersOfAnAccount() throws Exception {
        Jid juliet = Jid.of("juliet@montague.lit");
        Jid nobody = Jid.of("nobody@montague.lit");
        info.bindProvider(features(Set.of("of-the-server"), Set.of("own")), service(1));
        for (Jid other : new Jid[] {juliet, nobody}) {
            assertTrue(result(items.handle(get(other, ITEMS))).content().isEmpty());
            assertEquals("service-unavailable", error(info.handle(get(other, INFO))));
            assertEquals("bad-request", error(items.handle(set(other, ITEMS))));
        }
        subscribers.bindRosters((Rosters) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Rosters.class},
                (proxy, method, arguments) -> CompletableFuture.completedFuture(
                        arguments[0].equals(juliet) && arguments[1].equals(ROMEO.bare()))));
        subscribers.bindDirectory(new OnlineAs(juliet, "balcony", "chamber"));
        assertEquals(
                List.of("juliet@montague.lit/balcony", "juliet@montague.lit/chamber"),
                result(items.handle(get(juliet, ITEMS))).children().stream()
                        .map(item -> item.attribute("jid"))
                        .toList());
        Element answer = result(info.handle(get(juliet, INFO)));
        assertEquals(
                "registered",
                answer.child(Namespaces.DISCO_INFO, "identity").orElseThrow().attribute("type"));
        assertEquals(List.of(Namespaces.DISCO_INFO, Namespaces.DISCO_ITEMS, "own"), vars(answer));
        assertEquals("service-unavailable", error(items.handle(get(juliet, ITEMS.withAttribute("node", "x")))));
        assertTrue(result(items.handle(get(nobody, ITEMS))).content().isEmpty());
        assertEquals("service-unavailable", error(info.handle(get(nobody, INFO))));
    }

    /** One account with sessions: those named are available, and one more is not. */
    private record OnlineAs(Jid account, String... resources) implements Directory {
        @Override
        public List<LiveSession> sessions(Jid asked) {
            return Stream.concat(Stream.of(resources), Stream.of("silent"))
                    .map(resource -> (LiveSession) Proxy.newProxyInstance(
                            getClass().getClassLoader(), new Class<?>[] {LiveSession.class}, (proxy, method, none) -> {
                                Jid jid = asked.withResource(resource);
                                boolean silent = resource.equals("silent");
                                return method.getName().equals("jid")
                                        ? jid
                                        : silent ? null : Element.of(Namespaces.CLIENT, "presence");
                            }))
                    .toList();
        }

        @Override
        public void interested(Jid fullJid) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void discoItemsAreNone() throws Exception {
        assertTrue(result(items.handle(get(SERVER, ITEMS))).content().isEmpty());
        assertTrue(result(items.handle(get(ROMEO, ITEMS))).content().isEmpty());
    }

    @Test
    void discoKnowsNoNodesAndNothingToSet() throws Exception {
        assertEquals("item-not-found", error(info.handle(get(SERVER, INFO.withAttribute("node", "x")))));
        assertEquals("item-not-found", error(items.handle(get(SERVER, ITEMS.withAttribute("node", "x")))));
        assertEquals("bad-request", error(info.handle(set(SERVER, INFO))));
        assertEquals("bad-request", error(items.handle(set(SERVER, ITEMS))));
    }

    private static List<String> vars(Element query) {
        return query.children().stream()
                .filter(child -> child.is(Namespaces.DISCO_INFO, "feature"))
                .map(feature -> feature.attribute("var"))
                .toList();
    }

    private static FeatureProvider features(Set<String> server, Set<String> account) {
        return new FeatureProvider() {
            @Override
            public Set<String> serverFeatures() {
                return server;
            }

            @Override
            public Set<String> accountFeatures() {
                return account;
            }
        };
    }

    static final class Info implements ServerInfo {
        @Override
        public Jid domain() {
            return SERVER;
        }

        @Override
        public String name() {
            return "Restante";
        }

        @Override
        public String version() {
            return "9.9";
        }

        @Override
        public Instant startedAt() {
            return Instant.EPOCH;
        }
    }
}
