package im.restante.internal.shell;

import im.restante.internal.shell.portable.DatabaseImport;
import im.restante.internal.shell.portable.Import.Services;
import im.restante.migration.ForeignServer;
import im.restante.migration.Job;
import im.restante.store.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code restante:import-tigase}. */
@Component(
        service = ShellCommand.class,
        immediate = true, // else it would be made anew for each call, and the last work forgotten
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "import-tigase"})
public final class ImportTigaseCommand extends ShellCommand {
    private static final String PASSWORD_FILE = "--password-file";
    private static final String STOP = "--stop";

    private final PortableServices portable;
    private volatile Job latest;

    @Activate
    public ImportTigaseCommand(@Reference PortableServices portable) {
        super(
                "import-tigase [URL USER [" + PASSWORD_FILE + " FILE] | " + STOP + "]",
                "Reads accounts and messages from the database of a Tigase that is stopped, and changes nothing there. URL is"
                        + " like jdbc:mariadb://HOST:3306/DATABASE; without FILE (on the server, its first line) the"
                        + " password is asked for. Started again it takes what is new. Without URL: how far it is.",
                0,
                4);
        this.portable = portable;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        if (latest != null && (arguments.isEmpty() || arguments.equals(List.of(STOP)))) {
            if (!arguments.isEmpty()) {
                latest.stop();
            }
            Following.now(terminal.console(), latest);
            return;
        }
        boolean fromFile = arguments.size() == 4 && arguments.get(2).equals(PASSWORD_FILE);
        if (arguments.size() != 2 && !fromFile) {
            throw new IllegalArgumentException("usage: " + usage());
        }
        if (latest != null && !latest.end().toCompletableFuture().isDone()) {
            throw new IllegalStateException(latest.title() + " is under way: " + latest.progress());
        }
        String url = arguments.get(0);
        if (url.toLowerCase(Locale.ROOT).contains("password=")) {
            throw new IllegalArgumentException(
                    "the url may not hold the password: others can see a command's arguments");
        }
        Services services = portable.services();
        ForeignServer tigase = Answer.present(portable.tigase, "what reads Tigase's databases (store-mariadb) is");
        String password = fromFile ? firstLine(portable.file(arguments.get(3))) : Keyboard.password(terminal);
        try {
            ForeignServer.Spool spool = tigase.open(url, arguments.get(1), password);
            latest = new DatabaseImport(spool, portable.file(""), services, Clock.systemUTC()).start();
        } catch (StoreException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        Following.until(terminal.console(), latest, "restante:import-tigase");
    }

    private static String firstLine(Path file) {
        try {
            return Files.readAllLines(file).stream().findFirst().orElse("");
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }
}
