package im.restante.internal.shell;

import im.restante.internal.shell.portable.Export;
import im.restante.migration.Job;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code restante:export}. */
@Component(
        service = ShellCommand.class,
        immediate = true, // else it would be made anew for each call, and the last work forgotten
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "export"})
public final class ExportCommand extends ShellCommand {
    private static final String FORCE = "--force";

    private final PortableServices portable;
    private volatile Job latest;

    @Activate
    public ExportCommand(@Reference PortableServices portable) {
        super(
                "export [--force] [FILE]",
                "Writes all accounts, with credentials, and what waits for them into FILE on the server (XEP-0227), for its"
                        + " owner's eyes only. --force overwrites. Without FILE: how far the last one is.",
                0,
                2);
        this.portable = portable;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        List<String> words = new ArrayList<>(arguments);
        boolean force = words.remove(FORCE);
        if (words.isEmpty() && !force && latest != null) {
            Following.now(terminal.console(), latest);
            return;
        }
        if (words.size() != 1) {
            throw new IllegalArgumentException("usage: " + usage());
        }
        if (latest != null && !latest.end().toCompletableFuture().isDone()) {
            throw new IllegalStateException(latest.title() + " is under way: " + latest.progress());
        }
        Path file = portable.file(words.get(0));
        if (Files.exists(file) && !force) {
            throw new IllegalArgumentException(file + " is there already; --force overwrites it");
        }
        latest = new Export(file, portable.services()).start();
        Following.until(terminal.console(), latest, "restante:export");
    }
}
