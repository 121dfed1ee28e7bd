package im.restante.internal.tigase;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** {@code restante:tigase-check}: what would be made of a file, without making it. */
@Component(
        service = TigaseCheckCommand.class,
        configurationPid = InitFile.PID,
        property = {
            "osgi.command.scope=restante",
            "osgi.command.function=tigase-check",
            Constants.SERVICE_DESCRIPTION + "=" + TigaseCheckCommand.PURPOSE
        })
public final class TigaseCheckCommand implements Function {
    private static final String USAGE = "restante:tigase-check [FILE]";
    static final String PURPOSE =
            "Tells line by line what an init.properties means here; without FILE, the one in use. A relative name"
                    + " starts from the server's home. Changes nothing.";

    private final BundleContext context;
    private final Map<String, Object> values;

    @Activate
    public TigaseCheckCommand(BundleContext context, Map<String, Object> values) {
        this.context = context;
        this.values = values;
    }

    @Override
    public Object execute(CommandSession session, List<Object> arguments) throws IOException {
        PrintStream out = session.getConsole();
        List<String> words = arguments.stream().map(String::valueOf).toList();
        if (words.contains("--help")) {
            out.println(USAGE + "\n    " + PURPOSE);
            return null;
        }
        if (words.size() > 1) {
            throw new IllegalArgumentException("usage: " + USAGE);
        }
        InitFile file = words.isEmpty() ? InitFile.configured(context, values) : InitFile.named(context, words.get(0));
        try {
            print(file, file.read(), out);
        } catch (IOException e) {
            throw new IOException(file.path() + " cannot be read: " + InitFile.reason(e), e);
        }
        return null;
    }

    private static void print(InitFile file, InitProperties content, PrintStream out) {
        out.println(file.path());
        for (Finding finding : content.findings()) {
            out.println(finding.kind().name().toLowerCase(Locale.ROOT) + ", " + finding.sentence());
        }
        if (!content.problems().isEmpty()) {
            out.println("the whole file would be refused, and what is in force would stay");
        } else if (content.overlay().isEmpty()) {
            out.println("nothing in it concerns this server");
        } else {
            out.println("these would win over the configuration:");
            content.overlay().entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(pid -> pid.getValue().entrySet().stream()
                            .sorted(Map.Entry.comparingByKey())
                            .forEach(one ->
                                    out.println("  " + pid.getKey() + " " + one.getKey() + "=" + one.getValue())));
        }
    }
}
