package im.restante.internal.shell;

import im.restante.internal.shell.portable.Import;
import im.restante.migration.Job;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code restante:import}. */
@Component(
        service = ShellCommand.class,
        immediate = true, // else it would be made anew for each call, and the last work forgotten
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "import"})
public final class ImportCommand extends ShellCommand {
    private final PortableServices portable;
    private volatile Job latest;

    @Activate
    public ImportCommand(@Reference PortableServices portable) {
        super(
                "import [FILE]",
                "Reads accounts and messages from FILE on the server (XEP-0227). Started again it goes on where it broke off."
                        + " Without FILE: how far the last one is.",
                0,
                1);
        this.portable = portable;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        if (arguments.isEmpty() && latest != null) {
            Following.now(terminal.console(), latest);
            return;
        }
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("usage: " + usage());
        }
        if (latest != null && !latest.end().toCompletableFuture().isDone()) {
            throw new IllegalStateException(latest.title() + " is under way: " + latest.progress());
        }
        Path file = portable.file(arguments.get(0));
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException(file + " cannot be read");
        }
        latest = new Import(file, portable.services(), Clock.systemUTC()).start();
        Following.until(terminal.console(), latest, "restante:import");
    }
}
