package im.restante.internal.shell;

import im.restante.admin.Purge;
import im.restante.admin.PurgeRequest;
import im.restante.admin.SpoolAdministration;
import im.restante.internal.support.Lexical;
import im.restante.internal.support.OperatorConsole;
import im.restante.jid.Jid;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code restante:purge}. */
@Component(
        service = ShellCommand.class,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "purge"})
public final class PurgeCommand extends ShellCommand {
    private static final String FROM = "--from";
    private static final String OLDER = "--older-than-days";
    private static final int MOST_DAYS = 36_500;

    private final SpoolAdministration spools;
    private final Clock clock;

    @Activate
    public PurgeCommand(
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    SpoolAdministration spools) {
        this(spools, Clock.systemUTC());
    }

    PurgeCommand(SpoolAdministration spools, Clock clock) {
        super(
                "purge [--from SENDER] [--older-than-days N] JID",
                "Removes what waits for an account: all of it, only what SENDER sent, only what came more than N days ago, or both. Senders"
                        + " are told nothing; restante:why tells. What is on its way to a session, and what comes meanwhile, stays.",
                1,
                5);
        this.spools = spools;
        this.clock = clock;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        SpoolAdministration present = Answer.present(spools, "waiting messages are");
        List<String> words = new ArrayList<>(arguments);
        String sender = option(words, FROM);
        String days = option(words, OLDER);
        if (words.size() != 1) {
            throw new IllegalArgumentException("usage: " + usage());
        }
        PurgeRequest request = PurgeRequest.of(Addresses.account(words.get(0)), "an operator at the shell");
        if (sender != null) {
            request = request.from(Jid.of(sender));
        }
        if (days != null) {
            request = request.receivedBefore(clock.instant().minus(days(days)));
        }
        OperatorConsole out = terminal.console();
        Purge purge = present.purge(request);
        Following.until(out, purge, "restante:spool " + Words.quoted(words.get(0)));
    }

    /** Takes an option and its value out of the words; null if it is not there. */
    private String option(List<String> words, String name) {
        int at = words.indexOf(name);
        if (at < 0) {
            return null;
        }
        if (at + 1 == words.size()) {
            throw new IllegalArgumentException("usage: " + usage());
        }
        words.remove(at);
        return words.remove(at);
    }

    private static Duration days(String text) {
        int days = (int) Lexical.unsigned(text, MOST_DAYS);
        if (days < 0) {
            throw new IllegalArgumentException(
                    OLDER + " takes a whole number from 0 to " + MOST_DAYS + ", got " + text);
        }
        return Duration.ofDays(days);
    }
}
