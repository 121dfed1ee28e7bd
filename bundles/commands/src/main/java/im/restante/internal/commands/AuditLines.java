package im.restante.internal.commands;

import im.restante.internal.support.Printable;
import im.restante.jid.Jid;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.slf4j.LoggerFactory;

/** Who administered what: a line in the log for each act, done or not, whatever the addresses in it are made of. */
@Component(service = AuditLines.class)
public final class AuditLines {
    private final Consumer<String> log;

    @Activate
    public AuditLines() {
        this(LoggerFactory.getLogger(AuditLines.class)::info);
    }

    AuditLines(Consumer<String> log) {
        this.log = log;
    }

    /**
     * Writes the line.
     *
     * @param act     in words: {@code "delete user"}
     * @param whom    whom or what it was done to; an address is quoted, for a resource may look like the rest of a line; never a secret
     * @param outcome {@code "done"}, or why not
     */
    void write(Jid administrator, String act, Object whom, String outcome) {
        log.accept(Printable.line(
                "administrator " + quoted(administrator) + ": " + act + ' ' + quoted(whom) + ": " + outcome));
    }

    private static String quoted(Object whom) {
        return whom instanceof Jid address
                ? '"' + address.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"'
                : String.valueOf(whom);
    }
}
