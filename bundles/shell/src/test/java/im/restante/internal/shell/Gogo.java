package im.restante.internal.shell;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;

/** The real Gogo with the commands of a test. */
final class Gogo implements AutoCloseable {
    final ThreadIOImpl threadIo = new ThreadIOImpl();
    final CommandProcessorImpl processor = new CommandProcessorImpl(threadIo);

    Gogo(ShellCommand... commands) {
        threadIo.start();
        for (ShellCommand command : commands) {
            String name =
                    command.usage().substring(ShellCommand.SCOPE.length() + 1).split(" ")[0];
            processor.addCommand(ShellCommand.SCOPE, command, name);
        }
    }

    /** What a line prints. */
    String run(String line) throws Exception {
        return run(line, "");
    }

    String run(String line, String keyboard) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream console = new PrintStream(out, true, StandardCharsets.UTF_8);
        try (CommandSession session = processor.createSession(
                new ByteArrayInputStream(keyboard.getBytes(StandardCharsets.UTF_8)), console, console)) {
            session.execute(line);
        }
        return out.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    @Override
    public void close() {
        processor.stop();
        threadIo.stop();
    }
}
