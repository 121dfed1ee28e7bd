package im.restante.internal.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
    @Test
    void runsTheServerInItsDefaultHomeWithoutAnyWord() throws Refusal {
        Arguments arguments = Arguments.parse();
        assertEquals(Arguments.Task.RUN, arguments.task());
        assertEquals(Path.of("restante"), arguments.home());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--home /srv/x shell restante:spool romeo@localhost",
                "--home=/srv/x shell restante:spool romeo@localhost"
            })
    void takesTheHomeBeforeTheCommand(String line) throws Refusal {
        Arguments arguments = Arguments.parse(line.split(" "));
        assertEquals(Path.of("/srv/x"), arguments.home());
        assertEquals(Arguments.Task.SHELL, arguments.task());
        assertEquals(List.of("restante:spool", "romeo@localhost"), arguments.operands());
    }

    @Test
    void addsAUser() throws Refusal {
        Arguments arguments = Arguments.parse("user", "add", "juliet@localhost");
        assertEquals(Arguments.Task.USER_ADD, arguments.task());
        assertEquals(List.of("juliet@localhost"), arguments.operands());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--hoem x",
                "--home",
                "--home=",
                "user",
                "user add",
                "user del x@y",
                "user add romeo",
                "user add a@b c",
                "demo now",
                "start"
            })
    void refusesWhatItDoesNotKnowWithOneLineAndExitCodeTwo(String line) {
        Refusal refusal = assertThrows(Refusal.class, () -> Arguments.parse(line.split(" ")));
        assertEquals(2, refusal.exitCode());
        assertEquals(1, refusal.getMessage().lines().count());
    }

    @Test
    void namesEveryTaskInTheUsage() {
        for (String word : List.of("user add JID", "shell [COMMAND]", "demo", "--home DIR", "--help", "--version")) {
            assertTrue(Arguments.USAGE.contains(word), word);
        }
    }
}
