package im.restante.internal.shell;

import im.restante.config.Settings;
import im.restante.config.SettingsTrial;
import im.restante.filter.CandidateRules;
import im.restante.filter.MessageFilter;
import im.restante.filter.Opinion;
import im.restante.internal.support.OperatorConsole;
import im.restante.jid.InvalidJidException;
import im.restante.stanza.Message;
import im.restante.xml.Element;
import im.restante.xml.XmlCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code restante:filter-test}: tries messages on the storage rules, those in force or others. Stores and changes nothing. */
@Component(
        service = ShellCommand.class,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "filter-test"})
public final class FilterTestCommand extends ShellCommand {
    private static final int MOST_BYTES = 1 << 20;
    private static final int END_OF_TRANSMISSION = 4;
    private static final String FILTER_PID = "im.restante.filter";
    private static final String PATHS = "msg-store-offline-paths";

    private final BundleContext context;
    private final XmlCodec codec;
    private final MessageFilter filter;
    private final CandidateRules candidates;
    private final SettingsTrial trial;

    @Activate
    public FilterTestCommand(
            BundleContext context,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    XmlCodec codec,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    MessageFilter filter,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    CandidateRules candidates,
            @Reference(
                            cardinality = ReferenceCardinality.OPTIONAL,
                            policyOption = ReferencePolicyOption.GREEDY,
                            target = "(" + SettingsTrial.PID + "=" + FILTER_PID + ")")
                    SettingsTrial trial) {
        super(
                "filter-test FILE|- [PATHS]",
                "Tells for each message of a file, or of standard input, whether it would be stored and what decides: the"
                        + " rules in force, or with PATHS as the value of " + PATHS + ". Changes nothing.",
                1,
                2);
        this.context = context;
        this.codec = codec;
        this.filter = filter;
        this.candidates = candidates;
        this.trial = trial;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        OperatorConsole out = terminal.console();
        MessageFilter rules;
        if (arguments.size() == 1) {
            rules = Answer.present(filter, "the filter is");
            out.println("by the rules in force:");
        } else {
            String paths = arguments.get(1);
            rules = Answer.present(candidates, "the filter is").with(paths);
            if (trial != null) {
                trial.judge(Map.of(PATHS, paths)).forEach(sentence -> out.println("warning: " + sentence));
            }
            out.println("with " + PATHS + "=" + paths + ":");
        }
        List<Element> stanzas =
                new StanzaFile(Answer.present(codec, "the parser is")).read(content(terminal, arguments.get(0)));
        if (stanzas.isEmpty()) {
            throw new IllegalArgumentException("there is no message in " + arguments.get(0));
        }
        for (int i = 0; i < stanzas.size(); i++) {
            out.println((i + 1) + ". " + sentence(stanzas.get(i), rules));
        }
    }

    private byte[] content(Terminal terminal, String name) {
        if (name.equals("-")) {
            return typed(terminal.keyboard()); // the session's: not ours to close
        }
        try (InputStream in = Files.newInputStream(file(name))) {
            return bounded(in.readNBytes(MOST_BYTES + 1), name);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    name + " cannot be read: " + e.getClass().getSimpleName(), e);
        }
    }

    /** To the end of the input; a terminal in raw mode has none, but sends what control and D make. */
    private static byte[] typed(InputStream keyboard) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try {
            for (int b = keyboard.read(); b >= 0 && b != END_OF_TRANSMISSION; b = keyboard.read()) {
                if (content.size() > MOST_BYTES) {
                    break;
                }
                content.write(b);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("standard input cannot be read", e);
        }
        return bounded(content.toByteArray(), "standard input");
    }

    private static byte[] bounded(byte[] content, String name) {
        if (content.length > MOST_BYTES) {
            throw new IllegalArgumentException(name + " is larger than " + MOST_BYTES + " bytes");
        }
        return content;
    }

    /** A relative name starts from the server's home. */
    private Path file(String name) {
        String home = Settings.home(context::getProperty);
        return Path.of(home == null ? "" : home).resolve(name);
    }

    private static String sentence(Element stanza, MessageFilter rules) {
        if (!stanza.name().equals("message")) {
            return stanza.name() + ": not a message, never stored";
        }
        Message message;
        try {
            message = Message.of(stanza);
        } catch (InvalidJidException e) {
            return "message" + id(stanza) + ": " + e.getMessage();
        }
        Opinion opinion = rules.decide(message);
        String rule = opinion instanceof Opinion.Keep keep
                ? keep.rule()
                : opinion instanceof Opinion.Skip skip ? skip.rule() : "no rule has an opinion";
        return "message" + id(stanza) + ": " + (opinion instanceof Opinion.Keep ? "stored" : "not stored")
                + ", decided by " + rule;
    }

    private static String id(Element stanza) {
        String id = stanza.attribute("id");
        return id == null ? "" : " id=" + id;
    }
}
