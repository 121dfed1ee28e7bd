package im.restante.internal.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import im.restante.migration.Job;
import im.restante.migration.Migration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrateCommandTest {
    private final Move messages = new Move("messages");
    private final Move users = new Move("accounts");
    private final Gogo gogo = new Gogo(new MigrateCommand(messages, users));

    @AfterEach
    void close() {
        gogo.close();
    }

    /** Ends when it is told to stop, or at once. */
    private static final class Move implements Migration, Job {
        private final String what;
        private String title;
        private CompletableFuture<Void> end = CompletableFuture.completedFuture(null);

        Move(String what) {
            this.what = what;
        }

        @Override
        public Job start(String from, String to) {
            if (from.equals(to)) {
                throw new IllegalArgumentException("from and to are both " + from);
            }
            title = what + " from " + from + " to " + to;
            return this;
        }

        @Override
        public Optional<Job> latest() {
            return title == null ? Optional.empty() : Optional.of(this);
        }

        @Override
        public String title() {
            return title;
        }

        @Override
        public String progress() {
            return "half way";
        }

        @Override
        public List<String> report() {
            return List.of("17 moved");
        }

        @Override
        public CompletableFuture<Void> end() {
            return end;
        }

        @Override
        public void stop() {
            end.completeExceptionally(new IllegalStateException("stopped"));
        }
    }

    @Test
    void movesMessagesOrAccountsAndSaysWhatCameOfIt() throws Exception {
        assertEquals("moving messages from sqlite to mariadb\n17 moved\n", gogo.run("migrate sqlite mariadb"));
        assertEquals("moving accounts from mariadb to sqlite\n17 moved\n", gogo.run("migrate --users mariadb sqlite"));
        assertEquals("messages from sqlite to mariadb\n17 moved\n", gogo.run("migrate"));
    }

    @Test
    void saysHowFarAMoveIsAndStopsIt() throws Exception {
        gogo.run("migrate a b");
        messages.end = new CompletableFuture<>();
        assertEquals("messages from a to b\nhalf way\n", gogo.run("migrate"));
        assertEquals(
                "broken off: stopped",
                assertThrows(IllegalStateException.class, () -> gogo.run("migrate --stop"))
                        .getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"migrate a", "migrate a b c", "migrate --users a", "migrate --user a", "migrate a --users b c"})
    void aWrongCallIsAnsweredWithTheUsage(String line) {
        assertEquals(
                "usage: restante:migrate [--users] [FROM TO | --stop]",
                assertThrows(IllegalArgumentException.class, () -> gogo.run(line))
                        .getMessage());
    }

    @Test
    void whatIsWrongWithTheNamesIsSaid() {
        assertEquals(
                "from and to are both a",
                assertThrows(IllegalArgumentException.class, () -> gogo.run("migrate a a"))
                        .getMessage());
        assertEquals(
                "nothing was moved since the server started",
                assertThrows(IllegalStateException.class, () -> gogo.run("migrate"))
                        .getMessage());
    }
}
