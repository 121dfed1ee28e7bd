package im.restante.internal.shell;

import im.restante.internal.support.OperatorConsole;
import java.io.InputStream;
import org.apache.felix.service.command.CommandSession;

/**
 * The operator's side of one command.
 *
 * @param console  what is printed there is escaped
 * @param keyboard what the operator types; the session's, so not ours to close
 */
record Terminal(OperatorConsole console, InputStream keyboard) {
    static Terminal of(CommandSession session) {
        return new Terminal(new OperatorConsole(session.getConsole()), session.getKeyboard());
    }
}
