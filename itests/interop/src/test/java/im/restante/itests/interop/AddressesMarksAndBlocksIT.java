package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.ServerProcess;
import java.util.List;
import java.util.Locale;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smackx.blocking.BlockingCommandManager;
import org.jivesoftware.smackx.delay.packet.DelayInformation;
import org.junit.jupiter.api.Test;
import org.jxmpp.jid.impl.JidCreate;

/** RFC 7622, XEP-0203 and XEP-0191 where they meet the spool. */
class AddressesMarksAndBlocksIT extends ServerTest {
    private static final String PING = "<iq type='get' id='taken'><ping xmlns='urn:xmpp:ping'/></iq>";

    @Override
    ServerProcess configured(ServerProcess prepared) {
        return super.configured(prepared)
                .configure("im.restante.c2s", "tls", "optional")
                .configure("im.restante.quota", "store-limit", "2");
    }

    /** One spool and one limit, whatever the case and the width of the letters. */
    @Test
    void anAccountIsTheSameHoweverItsAddressIsWritten() throws Exception {
        String romeo = newUser("romeo");
        String wide = "\uFF32\uFF4F" + romeo.substring(2); // full-width R and o
        try (RawClient juliet = RawClient.login(server, newUser("juliet"))) {
            juliet.write(chat(romeo.toUpperCase(Locale.ROOT) + "@LOCALHOST", "1")
                    + chat(wide + "@localhost", "2")
                    + chat(romeo + "@localhost", "3")
                    + PING);
            String said = juliet.readUntil("taken");
            assertTrue(said.contains("<body>3</body>") && said.contains("service-unavailable"), said);
            assertFalse(said.contains("<body>1</body>") || said.contains("<body>2</body>"), said);
        }
        try (SmackClient orchard = SmackClient.online(server, romeo, "orchard")) {
            orchard.awaitBodies(2);
            orchard.ping();
            assertEquals(List.of("1", "2"), orchard.bodies());
        }
    }

    @Test
    void aForgedStampIsRemovedAForeignOneStaysAndOursIsAdded() throws Exception {
        String romeo = newUser("romeo");
        try (RawClient juliet = RawClient.login(server, newUser("juliet"))) {
            juliet.write("<message type='chat' to='" + jid(romeo) + "'><body>when?</body>"
                    + "<delay xmlns='urn:xmpp:delay' from='LocalHost' stamp='2001-01-01T00:00:00Z'/>"
                    + "<delay xmlns='urn:xmpp:delay' from='room.example' stamp='2002-02-02T00:00:00Z'/></message>"
                    + PING);
            juliet.readUntil("taken");
        }
        try (SmackClient orchard = SmackClient.online(server, romeo, "orchard")) {
            orchard.awaitBodies(1);
            Message message = orchard.messages.get(0);
            List<String> stamps = message.getExtensions(DelayInformation.class).stream()
                    .map(delay -> delay.getFrom()
                            + ' '
                            + (delay.getStamp().toInstant().toString().startsWith("200")))
                    .toList();
            assertEquals(List.of("room.example true", "localhost false"), stamps);
        }
    }

    @Test
    void whoIsBlockedByAnOwnerWhoIsAwayIsAnsweredAndNothingIsStored() throws Exception {
        String juliet = newUser("juliet");
        String romeo = newUser("romeo");
        try (SmackClient balcony = SmackClient.online(server, juliet, "balcony")) {
            block(balcony, romeo);
        }
        try (RawClient street = RawClient.login(server, romeo)) {
            street.write(chat(jid(juliet), "1") + PING);
            String said = street.readUntil("taken");
            assertTrue(said.contains("type='error'") && said.contains("<service-unavailable"), said);
        }
        assertTrue(server.shell("restante:spool " + jid(juliet)).contains("nothing waits"));
    }

    @Test
    void blocksAreThereAtTheNextLogin() throws Exception {
        String juliet = newUser("juliet");
        String romeo = newUser("romeo");
        try (SmackClient balcony = SmackClient.online(server, juliet, "balcony")) {
            block(balcony, romeo);
        }
        server.kill();
        server.start();
        try (SmackClient balcony = SmackClient.online(server, juliet, "balcony")) {
            assertEquals(
                    List.of(JidCreate.from(jid(romeo))),
                    BlockingCommandManager.getInstanceFor(balcony.connection).getBlockList());
        }
    }

    @Test
    void mailThatWaitsFromSomebodyBlockedMeanwhileIsNotHandedOver() throws Exception {
        String juliet = newUser("juliet");
        String romeo = newUser("romeo");
        try (RawClient street = RawClient.login(server, romeo);
                RawClient hall = RawClient.login(server, newUser("nurse"))) {
            street.write(chat(jid(juliet), "from the street") + PING);
            street.readUntil("taken");
            hall.write(chat(jid(juliet), "from the hall") + PING);
            hall.readUntil("taken");
        }
        try (SmackClient balcony = SmackClient.login(server, juliet, "balcony")) {
            block(balcony, romeo);
            balcony.available(0);
            balcony.awaitBodies(1);
            balcony.ping();
            assertEquals(List.of("from the hall"), balcony.bodies());
        }
    }

    private static void block(SmackClient who, String whom) throws Exception {
        BlockingCommandManager.getInstanceFor(who.connection).blockContacts(List.of(JidCreate.from(jid(whom))));
    }

    private static String chat(String to, String body) {
        return "<message type='chat' to='" + to + "'><body>" + body + "</body></message>";
    }
}
