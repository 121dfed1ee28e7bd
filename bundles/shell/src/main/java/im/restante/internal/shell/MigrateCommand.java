package im.restante.internal.shell;

import im.restante.internal.support.OperatorConsole;
import im.restante.migration.Job;
import im.restante.migration.Migration;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code restante:migrate}. */
@Component(
        service = ShellCommand.class,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "migrate"})
public final class MigrateCommand extends ShellCommand {
    private static final String OF_USERS = "--users";
    private static final String STOP = "--stop";

    private final Migration messages;
    private final Migration users;

    @Activate
    public MigrateCommand(
            @Reference(
                            cardinality = ReferenceCardinality.OPTIONAL,
                            policyOption = ReferencePolicyOption.GREEDY,
                            target = "(" + Migration.WHAT + "=" + Migration.MESSAGES + ")")
                    Migration messages,
            @Reference(
                            cardinality = ReferenceCardinality.OPTIONAL,
                            policyOption = ReferencePolicyOption.GREEDY,
                            target = "(" + Migration.WHAT + "=" + Migration.USERS + ")")
                    Migration users) {
        super(
                "migrate [--users] [FROM TO | --stop]",
                "Moves what waits, or with --users copies the accounts, from the store FROM to the store TO while the"
                        + " server serves. Started again it finishes what broke off. Without names: how far it is.",
                0,
                3);
        this.messages = messages;
        this.users = users;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        List<String> words = new ArrayList<>(arguments);
        boolean ofUsers = words.remove(OF_USERS);
        Migration migration =
                Answer.present(ofUsers ? users : messages, ofUsers ? "moves of accounts are" : "moves of messages are");
        String again = "restante:migrate" + (ofUsers ? " " + OF_USERS : "");
        OperatorConsole out = terminal.console();
        if (words.size() == 2 && words.stream().noneMatch(word -> word.startsWith("--"))) {
            Job work = migration.start(words.get(0), words.get(1));
            out.println("moving " + work.title());
            Following.until(out, work, again);
        } else if (words.isEmpty() || words.equals(List.of(STOP))) {
            Job work = migration
                    .latest()
                    .orElseThrow(() -> new IllegalStateException("nothing was moved since the server started"));
            if (!words.isEmpty()) {
                work.stop();
                Following.until(out, work, again);
            } else {
                Following.now(out, work);
            }
        } else {
            throw new IllegalArgumentException("usage: " + usage());
        }
    }
}
