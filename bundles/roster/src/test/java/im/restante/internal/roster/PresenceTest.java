package im.restante.internal.roster;

import static im.restante.internal.roster.World.JULIET;
import static im.restante.internal.roster.World.NURSE;
import static im.restante.internal.roster.World.ROMEO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.roster.World.Client;
import im.restante.jid.Jid;
import im.restante.stanza.Presence;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PresenceTest {
    private final World world = new World();

    @Test
    void initialPresenceGoesToSubscribersAndBringsTheirs() {
        world.befriend(ROMEO, JULIET);
        Client juliet = world.login(JULIET, "balcony");
        Client nurse = world.login(NURSE, "hall");
        Client romeo = world.bind(ROMEO, "orchard");
        romeo.sends("<presence><show>away</show></presence>");
        romeo.gets("available romeo/orchard", "available juliet/balcony");
        Element seen = juliet.received.peek();
        assertEquals("romeo@restante.im/orchard", seen.attribute("from"));
        assertEquals("juliet@restante.im", seen.attribute("to"));
        assertEquals("away", seen.child(Namespaces.CLIENT, "show").orElseThrow().text());
        juliet.gets("available romeo/orchard");
        nurse.gets();
    }

    @Test
    void aLaterPresenceIsToldButBringsNothing() {
        world.befriend(ROMEO, JULIET);
        Client juliet = world.login(JULIET, "balcony");
        Client romeo = world.login(ROMEO, "orchard");
        juliet.got();
        romeo.sends("<presence><show>dnd</show></presence>");
        romeo.gets("available romeo/orchard");
        juliet.gets("available romeo/orchard");
    }

    @Test
    void ownResourcesSeeEachOther() {
        Client orchard = world.login(ROMEO, "orchard");
        Client street = world.bind(ROMEO, "street");
        street.sends("<presence/>");
        street.gets("available romeo/street", "available romeo/orchard");
        orchard.gets("available romeo/street");
        street.sends("<presence type='unavailable'/>");
        street.gets("unavailable romeo/street");
        orchard.gets("unavailable romeo/street");
    }

    @Test
    void oneWaySubscriptionsShowOneWay() {
        world.store(ROMEO, JULIET, "to", "");
        world.store(JULIET, ROMEO, "from", "");
        Client romeo = world.login(ROMEO, "orchard");
        Client juliet = world.login(JULIET, "balcony");
        romeo.gets("available juliet/balcony");
        juliet.gets();
        romeo.sends("<presence><show>xa</show></presence>");
        juliet.gets();
    }

    @Test
    void presenceFlowsOnlyWhereBothRostersAgree() {
        world.store(ROMEO, JULIET, "both", "");
        world.store(JULIET, ROMEO, "none", "");
        Client romeo = world.login(ROMEO, "orchard");
        Client juliet = world.login(JULIET, "balcony");
        juliet.sends("<presence><show>xa</show></presence>");
        romeo.gets();
        romeo.sends("<presence><show>xa</show></presence>");
        juliet.gets("available juliet/balcony");
    }

    @Test
    void sessionsThatAreNotAvailableHearNothing() {
        world.befriend(ROMEO, JULIET);
        Client juliet = world.bind(JULIET, "balcony");
        juliet.rosterGet(null);
        world.login(ROMEO, "orchard");
        juliet.gets();
    }

    @Test
    void aConnectionThatIsCutSaysUnavailable() {
        world.befriend(ROMEO, JULIET);
        Client juliet = world.login(JULIET, "balcony");
        Client romeo = world.login(ROMEO, "orchard");
        Client street = world.login(ROMEO, "street");
        romeo.got();
        juliet.got();
        romeo.drops();
        juliet.gets("unavailable romeo/orchard");
        street.gets("unavailable romeo/orchard");
        romeo.gets();
    }

    @Test
    void aConnectionThatWasNeverAvailableEndsInSilence() {
        world.befriend(ROMEO, JULIET);
        Client juliet = world.login(JULIET, "balcony");
        world.bind(ROMEO, "orchard").drops();
        juliet.gets();
    }

    @Test
    void aSessionReplacedByOneWithItsAddressDoesNotMakeItVanish() {
        world.befriend(ROMEO, JULIET);
        Client juliet = world.login(JULIET, "balcony");
        Client old = world.login(ROMEO, "orchard");
        world.clients.remove(old);
        Element last = old.presence;
        old.presence = null;
        world.login(ROMEO, "orchard");
        juliet.got();
        World.await(world.service.closed(old, last));
        juliet.gets();
    }

    @Test
    void directedPresenceIsFollowedByUnavailable() {
        Client nurse = world.login(NURSE, "hall");
        Client juliet = world.login(JULIET, "balcony");
        Client romeo = world.login(ROMEO, "orchard");
        romeo.sends("<presence to='nurse@restante.im/hall'/>");
        romeo.sends("<presence to='juliet@restante.im'/>");
        nurse.gets("available romeo/orchard");
        juliet.gets("available romeo/orchard");
        romeo.sends("<presence><show>away</show></presence>");
        nurse.gets();
        romeo.sends("<presence type='unavailable'/>");
        nurse.gets("unavailable romeo/orchard");
        juliet.gets("unavailable romeo/orchard");
        romeo.drops();
        nurse.gets();
    }

    @Test
    void directedPresenceWithoutBroadcastIsTakenBackWhenTheConnectionIsCut() {
        Client nurse = world.login(NURSE, "hall");
        Client romeo = world.bind(ROMEO, "orchard");
        romeo.sends("<presence to='nurse@restante.im'/>");
        nurse.gets("available romeo/orchard");
        romeo.drops();
        nurse.gets("unavailable romeo/orchard");
    }

    @Test
    void directedUnavailableEndsTheMatter() {
        Client nurse = world.login(NURSE, "hall");
        Client romeo = world.login(ROMEO, "orchard");
        romeo.sends("<presence to='nurse@restante.im'/>");
        romeo.sends("<presence type='unavailable' to='nurse@restante.im'/>");
        nurse.gets("available romeo/orchard", "unavailable romeo/orchard");
        romeo.drops();
        nurse.gets();
    }

    @Test
    void aSubscriberWhoGotDirectedPresenceHearsUnavailableOnce() {
        world.befriend(ROMEO, JULIET);
        Client juliet = world.login(JULIET, "balcony");
        Client romeo = world.login(ROMEO, "orchard");
        romeo.sends("<presence to='juliet@restante.im/balcony'/>");
        juliet.got();
        romeo.sends("<presence type='unavailable'/>");
        juliet.gets("unavailable romeo/orchard");
    }

    @Test
    void aSubscriberWhoIsNotAvailableHearsTheEndOfDirectedPresence() {
        world.befriend(ROMEO, JULIET);
        Client juliet = world.bind(JULIET, "balcony");
        Client romeo = world.login(ROMEO, "orchard");
        romeo.sends("<presence to='juliet@restante.im/balcony'/>");
        romeo.sends("<presence type='unavailable'/>");
        juliet.gets("available romeo/orchard", "unavailable romeo/orchard");
    }

    @Test
    void directedPresenceIsRememberedForABoundedNumberOfAddresses() {
        Client romeo = world.login(ROMEO, "orchard");
        for (int i = 0; i < DirectedPresence.DIRECTED_MAX; i++) {
            romeo.sends("<presence to='nobody" + i + "@restante.im'/>");
        }
        romeo.gets();
        romeo.sends("<presence to='nurse@restante.im'/>");
        romeo.gets("error nurse resource-constraint");
        romeo.sends("<presence to='nobody1@restante.im'/>");
        romeo.gets();
    }

    @Test
    void presenceForAnotherDomainIsNotFoundAndForTheServerTaken() {
        Client romeo = world.login(ROMEO, "orchard");
        romeo.sends("<presence to='room@rooms.example/me'/>");
        romeo.gets("error room@rooms.example/me remote-server-not-found");
        romeo.sends("<presence type='unavailable' to='room@rooms.example/me'/>");
        romeo.sends("<presence to='restante.im'/>");
        romeo.gets();
    }

    @Test
    void aProbeIsAnsweredToSubscribersOnly() {
        world.befriend(ROMEO, JULIET);
        Client juliet = world.login(JULIET, "balcony");
        Client romeo = world.login(ROMEO, "orchard");
        Client nurse = world.login(NURSE, "hall");
        romeo.sends("<presence type='probe' to='juliet@restante.im'/>");
        romeo.gets("available juliet/balcony");
        nurse.sends("<presence type='probe' to='juliet@restante.im'/>");
        nurse.sends("<presence type='probe' to='nobody@restante.im'/>");
        nurse.gets();
        juliet.drops();
        romeo.got();
        romeo.sends("<presence type='probe' to='juliet@restante.im'/>");
        romeo.gets("unavailable juliet");
    }

    @Test
    void anErrorGoesToTheNamedSessionAndElsewhereToNobody() {
        Client romeo = world.login(ROMEO, "orchard");
        Client juliet = world.login(JULIET, "balcony");
        romeo.sends("<presence type='error' to='juliet@restante.im/balcony'/>");
        juliet.gets("error romeo/orchard");
        romeo.sends("<presence type='error' to='juliet@restante.im/gone'/>");
        romeo.sends("<presence type='error'/>");
        romeo.sends("<presence type='error' to='x@elsewhere.example'/>");
        romeo.gets();
        juliet.gets();
    }

    @Test
    void anUnknownTypeIsABadRequest() {
        Client romeo = world.login(ROMEO, "orchard");
        Element sent = world.parse("<presence type='hello' from='romeo@restante.im/orchard'/>");
        World.await(world.service.presence(romeo, Presence.of(sent), true));
        Element error = romeo.received.poll().child(Namespaces.CLIENT, "error").orElseThrow();
        assertEquals("bad-request", error.firstChild().orElseThrow().name());
    }

    @Test
    void aBindFailsWhenTheRosterCannotBeReadAndSucceedsLater() {
        world.accounts.failReads = true;
        assertThrows(AssertionError.class, () -> world.bind(ROMEO, "orchard"));
        world.accounts.failReads = false;
        world.clients.clear();
        Client romeo = world.bind(ROMEO, "orchard");
        romeo.sends("<presence/>");
        romeo.gets("available romeo/orchard");
    }

    @Test
    void aThousandEmptyRostersCostOneReadOfEachNodeAndNoWrite() {
        int before = world.accounts.reads.get();
        for (int i = 0; i < 1_000; i++) {
            Jid user = Jid.of("user" + i + "@restante.im");
            world.accounts.with(user.toString());
            Client client = world.bind(user, "r");
            client.rosterGet(null);
            client.sends("<presence/>");
            client.gets("available user" + i + "/r");
        }
        assertEquals(2_000, world.accounts.reads.get() - before);
        assertEquals(0, world.accounts.writes.get());
    }

    @Test
    void directedPresenceIsRememberedForABoundedNumberOfBytes() {
        Client romeo = world.login(ROMEO, "orchard");
        String resource = "r".repeat(1_000);
        int i = 0;
        while (romeo.received.isEmpty()) {
            assertTrue(i < DirectedPresence.MAX_HEAP / 2_000, "no end");
            romeo.sends("<presence to='u" + i++ + "@restante.im/" + resource + "'/>");
        }
        romeo.received.clear();
        romeo.sends("<presence type='unavailable' to='u0@restante.im/" + resource + "'/>");
        romeo.sends("<presence to='u" + i + "@restante.im/" + resource + "'/>");
        assertTrue(romeo.received.isEmpty());
    }

    @Test
    void whoIsAwayIsKeptInABoundedNumberOfBytes() {
        String groups = "<group>" + "g".repeat(1_000) + "</group>";
        int accounts = 10;
        int items = RosterCache.IDLE_MAX_HEAP / 10_000 / accounts + 20;
        for (int a = 0; a < accounts; a++) {
            world.accounts.with("u" + a + "@restante.im");
            for (int i = 0; i < items; i++) {
                world.store(
                        Jid.of("u" + a + "@restante.im"), Jid.of("c" + i + "@restante.im"), "none", groups.repeat(10));
            }
        }
        for (int a = 0; a < accounts; a++) {
            World.await(world.service.maySeePresence(Jid.of("u" + a + "@restante.im"), JULIET));
        }
        assertNull(world.service.cache().held(Jid.of("u0@restante.im")));
        assertNotNull(world.service.cache().held(Jid.of("u9@restante.im")));
    }

    @Test
    void whoIsAwayIsKeptForAShortWhileOnly() {
        world.login(ROMEO, "orchard").drops();
        int before = world.accounts.reads.get();
        World.await(world.service.maySeePresence(ROMEO, JULIET));
        assertEquals(before, world.accounts.reads.get());
        world.nanos.addAndGet(RosterCache.IDLE_TIME.plus(Duration.ofSeconds(1)).toNanos());
        World.await(world.service.maySeePresence(ROMEO, JULIET));
        assertEquals(before + 2, world.accounts.reads.get());
        for (int i = 0; i < RosterCache.IDLE_MAX + 10; i++) {
            World.await(world.service.maySeePresence(Jid.of("user" + i + "@restante.im"), JULIET));
        }
        assertNull(world.service.cache().held(ROMEO));
        assertTrue(world.service.cache().held(Jid.of("user1009@restante.im")) != null);
    }

    @Test
    void withoutADirectoryNobodyIsOnlineAndNothingFails() {
        world.befriend(ROMEO, JULIET);
        Client romeo = world.login(ROMEO, "orchard");
        world.service.directory = null;
        romeo.sends("<presence/>");
        romeo.gets("available romeo/orchard");
    }
}
