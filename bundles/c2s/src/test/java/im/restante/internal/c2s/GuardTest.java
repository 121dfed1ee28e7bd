package im.restante.internal.c2s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.limit.Permission;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What programs read in the log. */
class GuardTest {
    private static final Jid JULIET = Jid.of("juliet@localhost");

    private final List<String> lines = new ArrayList<>();
    private final Guard guard = new Guard(lines::add);
    private final FakeLimits limits = new FakeLimits();

    @Test
    void whoIsRefusedStandsThereInOneForm() throws Exception {
        guard.limits(limits);
        Permission refused = Permission.refused("some-limit", "Not now");
        InetAddress here = InetAddress.getByName("192.0.2.7");
        InetAddress there = InetAddress.getByName("2001:db8::7");
        limits.connect = refused;
        guard.connect(limits, here);
        limits.login = refused;
        guard.login(there, JULIET);
        guard.loginEnded(here, JULIET, false);
        limits.register = refused;
        guard.register(here);
        assertEquals(
                List.of(
                        "refused connection from 192.0.2.7: some-limit",
                        "refused login from 2001:db8:0:0:0:0:0:7: some-limit",
                        "refused login from 192.0.2.7: wrong-credentials",
                        "refused registration from 192.0.2.7: some-limit"),
                lines);
    }

    @Test
    void whatIsGrantedDoesNot() throws Exception {
        guard.limits(limits);
        InetAddress here = InetAddress.getByName("192.0.2.7");
        guard.connect(limits, here);
        guard.login(here, JULIET);
        guard.loginEnded(here, JULIET, true);
        guard.register(here);
        assertEquals(List.of(), lines);
    }

    @Test
    void wrongCredentialsStandThereWithoutLimitsToo() throws Exception {
        guard.loginEnded(InetAddress.getByName("192.0.2.7"), JULIET, false);
        assertEquals(List.of("refused login from 192.0.2.7: wrong-credentials"), lines);
    }

    @Test
    void connectionsRefusedOneAfterTheOtherAreOneLine() throws Exception {
        limits.connect = Permission.refused("some-limit", "Not now");
        for (int i = 0; i < 1_000; i++) {
            guard.connect(limits, InetAddress.getByName("192.0.2.7"));
            guard.connect(limits, InetAddress.getByName("2001:db8::" + Integer.toHexString(i)));
        }
        assertTrue(lines.size() < 200, lines.size() + " lines of two networks");
    }

    @Test
    void aZoneIsNoPartOfAnAddress() throws Exception {
        byte[] bytes = InetAddress.getByName("fe80::1").getAddress();
        assertEquals("fe80:0:0:0:0:0:0:1", Guard.numeric(Inet6Address.getByAddress(null, bytes, 3)));
    }
}
