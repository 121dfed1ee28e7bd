package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static im.restante.itests.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.routing.Server.Client;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 6121 §4.7.2.3: what counts as a priority, and what it does to mail. */
class PriorityTest {
    private final Server server = new Server();

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest(name = "<presence>{0}</presence> is {1}")
    @CsvSource({
        "'', 0",
        "<priority>0</priority>, 0",
        "<priority>127</priority>, 127",
        "<priority>-128</priority>, -128",
        "<priority>-1</priority>, -1",
        "<priority> +5\t</priority>, 5",
        "<show>away</show>, 0"
    })
    void isWhatPresenceSaysAndZeroIfItSaysNothing(String children, int priority) {
        Client romeo = server.connect(ROMEO, "orchard");
        romeo.say("<presence>" + children + "</presence>");
        assertNull(romeo.link.last());
        assertTrue(server.host.sessions().get(0).isAvailable());
        assertEquals(priority, server.host.sessions().get(0).priority());
        server.connect(JULIET, "balcony").chat(ROMEO, "1");
        if (priority < 0) {
            assertEquals(List.of("1"), server.delivery.spool(ROMEO));
        } else {
            eventually(() -> romeo.bodies().equals(List.of("1")));
        }
    }

    @Test
    void aPriorityThatTurnsNegativeSendsMailToTheSpoolAgain() {
        Client romeo = server.live(ROMEO, "orchard", 5);
        Client juliet = server.connect(JULIET, "balcony");
        romeo.available(-1);
        juliet.chat(ROMEO, "1");
        assertEquals(List.of(), romeo.bodies());
        assertEquals(List.of("1"), server.delivery.spool(ROMEO));
        romeo.available(0);
        eventually(() -> romeo.bodies().equals(List.of("1")));
    }

    @Test
    void aBadPriorityLeavesTheOneBeforeInForce() {
        Client romeo = server.live(ROMEO, "orchard", 5);
        romeo.say("<presence><priority>1000</priority></presence>");
        assertEquals(5, server.host.sessions().get(0).priority());
        server.connect(JULIET, "balcony").chat(ROMEO, "1");
        assertEquals(List.of("1"), romeo.bodies());
    }
}
