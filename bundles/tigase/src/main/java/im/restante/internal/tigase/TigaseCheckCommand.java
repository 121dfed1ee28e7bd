package im.restante.internal.tigase;

import im.restante.config.ConfigException;
import im.restante.config.SettingsTrial;
import im.restante.internal.support.OperatorConsole;
import im.restante.internal.support.Printable;
import im.restante.internal.tigase.InitProperties.Meant;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** {@code restante:tigase-check}: what would be made of a file, without making it. */
@Component(
        service = TigaseCheckCommand.class,
        configurationPid = InitFile.PID,
        property = {
            "osgi.command.scope=restante",
            "osgi.command.function=tigase-check",
            "restante.command.operands=" + TigaseCheckCommand.OPERANDS,
            Constants.SERVICE_DESCRIPTION + "=" + TigaseCheckCommand.PURPOSE
        })
public final class TigaseCheckCommand implements Function {
    static final String OPERANDS = "[FILE]";
    private static final String USAGE = "restante:tigase-check " + OPERANDS;
    static final String PURPOSE =
            "Tells line by line what an init.properties means here, and fails if something in it would be refused;"
                    + " without FILE, the one in use. A relative name starts from the server's home. Changes nothing.";

    private final BundleContext context;
    private final Map<String, Object> values;

    private final Map<ServiceReference<SettingsTrial>, SettingsTrial> trials = new ConcurrentHashMap<>();

    @Activate
    public TigaseCheckCommand(BundleContext context, Map<String, Object> values) {
        this.context = context;
        this.values = values;
    }

    @Reference(
            service = SettingsTrial.class,
            target = "(" + SettingsTrial.PID + "=*)",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    void bindTrial(ServiceReference<SettingsTrial> reference, SettingsTrial trial) {
        trials.put(reference, trial);
    }

    void unbindTrial(ServiceReference<SettingsTrial> reference) {
        trials.remove(reference);
    }

    @Override
    public Object execute(CommandSession session, List<Object> arguments) throws IOException {
        OperatorConsole out = new OperatorConsole(session.getConsole());
        List<String> words = arguments.stream().map(String::valueOf).toList();
        if (words.equals(List.of("--help"))) {
            out.println(USAGE);
            out.println("    " + PURPOSE);
            return null;
        }
        if (words.size() > 1) {
            throw new IllegalArgumentException("usage: " + USAGE);
        }
        InitFile file = words.isEmpty() ? InitFile.configured(context, values) : InitFile.named(context, words.get(0));
        List<String> refused;
        try {
            refused = print(file, file.read(), out);
        } catch (IOException e) {
            throw new IOException(Printable.line(file.path() + " cannot be read: " + InitFile.reason(e)), e);
        }
        if (!refused.isEmpty()) { // a failure, so that a script learns of it by the exit code
            throw new IllegalArgumentException(
                    Printable.line(file.path() + " would be refused: " + String.join("; ", refused)));
        }
        return null;
    }

    /** Answers what would be refused, a sentence each. */
    private List<String> print(InitFile file, InitProperties content, OperatorConsole out) {
        out.println(file.path());
        List<Finding> findings = new ArrayList<>(content.findings());
        Set<String> refusing = new TreeSet<>(); // PIDs
        List<Meant> refused = new ArrayList<>(); // by themselves
        List<Meant> taken = new ArrayList<>();
        for (Meant meant : content.meant()) {
            Judgement judgement = judged(meant);
            findings.addAll(judgement.findings());
            if (judgement.refusesAll()) {
                refusing.add(meant.pid());
            } else if (judgement.refuses()) {
                refused.add(meant);
            } else {
                taken.add(meant);
            }
            if (judgement.refuses()) {
                findings.removeIf(finding -> finding.line() == meant.line() && finding.kind() == Finding.Kind.SETS);
            }
        }
        List<String> winning = taken.stream()
                .filter(meant -> !refusing.contains(meant.pid()))
                .map(meant -> "  " + meant.pid() + " " + meant.key() + "=" + meant.value())
                .sorted()
                .toList();
        findings.sort(Comparator.comparingInt(Finding::line));
        findings.forEach(finding -> out.println(word(finding.kind()) + ", " + finding.sentence()));
        refusing.forEach(pid -> out.println(pid + " would refuse its settings, and what it has in force would stay"));
        refused.stream()
                .filter(meant -> !refusing.contains(meant.pid()))
                .forEach(meant -> out.println(meant.pid() + " would refuse " + meant.key()
                        + " alone, and what it has in force of it would stay"));
        if (!content.problems().isEmpty()) {
            out.println("the whole file would be refused, and what is in force would stay");
        } else if (!winning.isEmpty()) {
            out.println("these would win over the configuration:");
            winning.forEach(out::println);
        } else if (content.meant().isEmpty()) {
            out.println("nothing in it concerns this server");
        }
        return findings.stream()
                .filter(finding -> finding.kind() == Finding.Kind.REFUSES)
                .map(Finding::sentence)
                .toList();
    }

    /**
     * What the readers of a setting say of it.
     *
     * @param refusesAll the other settings of its PID with it
     */
    private record Judgement(List<Finding> findings, boolean refuses, boolean refusesAll) {}

    /** The grammar of its values is nobody else's. */
    private Judgement judged(Meant meant) {
        List<Finding> findings = new ArrayList<>();
        List<ConfigException> refusals = new ArrayList<>();
        trials.forEach((reference, trial) -> {
            if (!meant.pid().equals(reference.getProperty(SettingsTrial.PID))) {
                return;
            }
            try {
                trial.judge(Map.of(meant.key(), meant.value()))
                        .forEach(sentence -> findings.add(
                                new Finding(meant.line(), Finding.Kind.WARNING, meant.name() + ": " + sentence)));
            } catch (ConfigException e) {
                refusals.add(e);
                findings.add(new Finding(meant.line(), Finding.Kind.REFUSES, meant.name() + ": " + e.getMessage()));
            }
        });
        return new Judgement(findings, !refusals.isEmpty(), !refusals.stream().allMatch(ConfigException::isAlone));
    }

    private static String word(Finding.Kind kind) {
        return switch (kind) {
            case SETS -> "understood";
            case NOTICE -> "notice";
            case WARNING -> "warning";
            case IGNORES -> "ignored";
            case REFUSES -> "refused";
        };
    }
}
