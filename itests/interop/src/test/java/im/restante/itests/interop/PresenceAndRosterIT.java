package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import im.restante.itests.harness.Await;
import java.time.Duration;
import java.util.List;
import org.jivesoftware.smack.XMPPException.XMPPErrorException;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smack.packet.StanzaError;
import org.jivesoftware.smack.roster.Roster;
import org.jivesoftware.smackx.blocking.BlockingCommandManager;
import org.jivesoftware.smackx.carbons.CarbonManager;
import org.jivesoftware.smackx.carbons.packet.CarbonExtension;
import org.jivesoftware.smackx.disco.ServiceDiscoveryManager;
import org.jivesoftware.smackx.iqversion.VersionManager;
import org.jivesoftware.smackx.vcardtemp.VCardManager;
import org.jivesoftware.smackx.vcardtemp.packet.VCard;
import org.junit.jupiter.api.Test;
import org.jxmpp.jid.BareJid;
import org.jxmpp.jid.impl.JidCreate;

/** RFC 6121 §2 to §4, XEP-0280 and XEP-0191 as a client sees them. */
class PresenceAndRosterIT extends ServerTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void aSubscriptionIsAskedForWhileAwayShownAtLoginAndGranted() throws Exception {
        String julietName = newUser("juliet");
        String romeoName = newUser("romeo");
        try (SmackClient romeo = SmackClient.online(server, romeoName, "orchard")) {
            Roster roster = Roster.getInstanceFor(romeo.connection);
            roster.createItemAndRequestSubscription(bare(julietName), "Juliet", new String[] {"Capulet"});
            romeo.ping();
            for (int login = 0; login < 2; login++) { // shown at each login until answered
                try (SmackClient glimpse = SmackClient.online(server, julietName, "glimpse")) {
                    Await.until("the request", SOON, () -> has(glimpse, Presence.Type.subscribe, romeoName));
                }
            }
            try (SmackClient juliet = SmackClient.online(server, julietName, "balcony")) {
                Await.until("the request", SOON, () -> has(juliet, Presence.Type.subscribe, romeoName));
                juliet.send(presence(juliet, romeoName, Presence.Type.subscribed));
                Await.until("her presence", SOON, () -> has(romeo, Presence.Type.available, julietName));
                Await.until(
                        "the roster says so",
                        SOON,
                        () -> roster.getEntry(bare(julietName)) != null
                                && roster.getEntry(bare(julietName)).canSeeHisPresence());
                assertEquals("Juliet", roster.getEntry(bare(julietName)).getName());
            }
            Await.until("she leaves", SOON, () -> has(romeo, Presence.Type.unavailable, julietName));
        }
        try (SmackClient juliet = SmackClient.online(server, julietName, "balcony")) {
            juliet.ping();
            assertFalse(has(juliet, Presence.Type.subscribe, romeoName), "answered requests are not shown again");
        }
    }

    @Test
    void aSecondResourceSeesTheFirstAndTakesOverItsName() throws Exception {
        String name = newUser("romeo");
        SmackClient first = SmackClient.online(server, name, "orchard");
        try (SmackClient second = SmackClient.online(server, name, "orchard")) {
            Await.until("the first is ended by conflict", SOON, () -> !first.connection.isConnected());
            second.ping();
        }
    }

    @Test
    void carbonsShowBothSidesOfAConversation() throws Exception {
        String romeoName = newUser("romeo");
        String julietName = newUser("juliet");
        try (SmackClient orchard = SmackClient.online(server, romeoName, "orchard");
                SmackClient street = SmackClient.online(server, romeoName, "street");
                SmackClient juliet = SmackClient.online(server, julietName, "balcony")) {
            CarbonManager.getInstanceFor(street.connection).enableCarbons();
            orchard.ping();
            juliet.ping();
            awaitLive(romeoName); // no copies are made of what comes in a drain
            awaitLive(julietName);
            juliet.chat(jid(romeoName) + "/orchard", "wherefore");
            orchard.awaitBodies(1);
            orchard.chat(jid(julietName), "here");
            juliet.awaitBodies(1);
            Await.until("two copies", SOON, () -> carbons(street).size() == 2);
            assertEquals(
                    CarbonExtension.Direction.received, carbons(street).get(0).getDirection());
            assertEquals(CarbonExtension.Direction.sent, carbons(street).get(1).getDirection());
            assertEquals(
                    "here",
                    carbons(street).get(1).getForwarded().getForwardedStanza().getBody());
        }
    }

    @Test
    void whoIsBlockedGetsAnErrorAndIsNotHeard() throws Exception {
        String romeoName = newUser("romeo");
        String julietName = newUser("juliet");
        try (SmackClient juliet = SmackClient.online(server, julietName, "balcony");
                SmackClient romeo = SmackClient.online(server, romeoName, "orchard")) {
            BlockingCommandManager blocking = BlockingCommandManager.getInstanceFor(juliet.connection);
            blocking.blockContacts(List.of(JidCreate.from(jid(romeoName))));
            romeo.chat(jid(julietName), "hello?");
            romeo.ping();
            assertEquals(
                    StanzaError.Condition.service_unavailable,
                    romeo.messages.get(0).getError().getCondition());
            juliet.ping();
            assertEquals(List.of(), juliet.bodies());
            blocking.unblockContacts(List.of(JidCreate.from(jid(romeoName))));
            romeo.chat(jid(julietName), "hello again");
            juliet.awaitBodies(1);
        }
    }

    @Test
    void theServerAnswersVersionVcardAndUnknownRequests() throws Exception {
        try (SmackClient romeo = SmackClient.online(server, newUser("romeo"), "orchard")) {
            assertEquals(
                    "Restante",
                    VersionManager.getInstanceFor(romeo.connection)
                            .getVersion(JidCreate.domainBareFrom("localhost"))
                            .getName());
            VCardManager vcards = VCardManager.getInstanceFor(romeo.connection);
            VCard card = new VCard();
            card.setNickName("Romeo Montague \uD83C\uDF39");
            vcards.saveVCard(card);
            assertEquals("Romeo Montague \uD83C\uDF39", vcards.loadVCard().getNickName());
            XMPPErrorException refused = assertThrows(
                    XMPPErrorException.class,
                    () -> ServiceDiscoveryManager.getInstanceFor(romeo.connection)
                            .discoverInfo(JidCreate.from(jid(newUser("stranger")) + "/nowhere")));
            assertEquals(
                    StanzaError.Condition.service_unavailable,
                    refused.getStanzaError().getCondition());
        }
    }

    private static BareJid bare(String local) throws Exception {
        return JidCreate.bareFrom(jid(local));
    }

    private static Presence presence(SmackClient client, String to, Presence.Type type) throws Exception {
        return client.connection
                .getStanzaFactory()
                .buildPresenceStanza()
                .to(bare(to))
                .ofType(type)
                .build();
    }

    private static boolean has(SmackClient client, Presence.Type type, String from) {
        return client.presences.stream()
                .anyMatch(p -> p.getType() == type
                        && p.getFrom() != null
                        && p.getFrom().asBareJid().toString().equals(jid(from)));
    }

    private static List<CarbonExtension> carbons(SmackClient client) {
        return client.messages.stream()
                .map(CarbonExtension::from)
                .filter(carbon -> carbon != null)
                .toList();
    }
}
