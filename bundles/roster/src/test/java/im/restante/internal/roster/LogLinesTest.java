package im.restante.internal.roster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** However often a user or a store that is down gives cause for it: one line of a kind a minute. */
class LogLinesTest {
    private final PrintStream before = System.err;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final World world = new World();

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(said, true, UTF_8));
    }

    @AfterEach
    void stop() {
        System.setErr(before);
    }

    private long lines(String part) {
        return said.toString(UTF_8).lines().filter(line -> line.contains(part)).count();
    }

    @Test
    void rowsThatCannotBeRead() {
        for (int n = 0; n < 50; n++) {
            world.accounts.node(World.ROMEO, RosterCache.ROSTER_NODE).put("friend" + n + "@restante.im", "<broken");
            world.accounts.node(World.ROMEO, RosterCache.BLOCKING_NODE).put("@" + n, "blocked");
        }
        world.login(World.ROMEO, "orchard");
        assertEquals(1, lines("cannot be read"));
        assertEquals(1, lines("is no address"));
        world.nanos.addAndGet(Duration.ofMinutes(2).toNanos());
        world.restart();
        world.login(World.ROMEO, "orchard");
        assertEquals(2, lines("cannot be read"), "after a while it is said again");
    }

    @Test
    void presenceWhileTheStoreIsDown() {
        World.Client romeo = world.login(World.ROMEO, "orchard");
        world.accounts.failReads = true;
        world.accounts.failWrites = true;
        for (int n = 0; n < 50; n++) {
            romeo.sends("<presence type='subscribe' to='friend" + n + "@restante.im'/>");
        }
        assertEquals(1, lines("was refused"));
    }
}
