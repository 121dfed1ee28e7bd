package im.restante.command;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Whiteboard: one command that clients find at the server (XEP-0050). Of several with one node the highest {@code service.ranking} is
 * used. Safe for concurrent use.
 *
 * <p>A command keeps nothing between two stages: each time it is given all that was filled in so far, checked against its forms, and
 * answers the next form or the end. The server takes care of sessions, limits, going back and permissions.
 */
@ConsumerType
@FunctionalInterface
public interface AdHocCommand {
    /** Namespace of commands, and the node at which they are listed. */
    String NAMESPACE = "http://jabber.org/protocol/commands";

    /** Service property: what names the command, a URI of yours. Required. */
    String NODE = "command.node";

    /** Service property: what a client shows for it. Missing: the node. */
    String NAME = "command.name";

    /**
     * Service property: who may carry it out, {@link #ADMINISTRATORS} or {@link #EVERYBODY}. Others do not find it, and are answered
     * {@code forbidden}. Missing, or anything else: administrators.
     */
    String AUDIENCE = "command.audience";

    /** Those whom {@link im.restante.admin.Administrators} names; asked anew at each stage. */
    String ADMINISTRATORS = "administrators";

    /** All who have logged in, and bundles that ask in the name of the server. */
    String EVERYBODY = "everybody";

    /**
     * Takes one step. Runs on the thread of a client's stream, so it must not block: what needs a disk completes the stage later, within
     * 30 seconds, and until then the client gets no answer to what it asked after it. A stage that fails, or a null, is logged with the
     * {@code service.id} and answered {@code internal-server-error}; the command is over then, but nobody stops what it still does. A step of the same execution is never asked for while another one is under way. After the client went back the same
     * step is asked for again: only the last one should change anything.
     */
    CompletionStage<CommandStep> step(CommandRequest request);
}
