package im.restante.internal.commands;

import im.restante.command.AdHocCommand;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import java.util.List;

/** Errors of XEP-0050 §4.4. What was filled in is not sent back: it may be a secret. */
final class CommandErrors {
    private CommandErrors() {}

    static Iq malformedAction(Iq request) {
        return badRequest(request, "malformed-action", "An action is execute, next, prev, complete or cancel");
    }

    static Iq badAction(Iq request, String text) {
        return badRequest(request, "bad-action", text);
    }

    static Iq badLocale(Iq request) {
        return badRequest(
                request, "bad-locale", "A language is written as in en or de-CH; what is answered is English");
    }

    static Iq badPayload(Iq request, String text) {
        return badRequest(request, "bad-payload", text);
    }

    static Iq badSessionId(Iq request) {
        return badRequest(request, "bad-sessionid", "No such execution was begun by this session for this command");
    }

    static Iq sessionExpired(Iq request) {
        return error(
                request,
                StanzaError.of(Condition.NOT_ALLOWED, "That execution is over; begin the command anew"),
                "session-expired");
    }

    private static Iq badRequest(Iq request, String condition, String text) {
        return error(request, StanzaError.of(Condition.BAD_REQUEST, text), condition);
    }

    private static Iq error(Iq request, StanzaError error, String condition) {
        return plain(request).error(error.toElement().with(Element.of(AdHocCommand.NAMESPACE, condition)));
    }

    static Iq error(Iq request, StanzaError error) {
        return plain(request).error(error);
    }

    static Iq error(Iq request, Condition condition, String text) {
        return error(request, StanzaError.of(condition, text));
    }

    /** Without what the command holds. */
    private static Iq plain(Iq request) {
        Element command = request.payload().orElseThrow();
        Element emptied = Element.of(command.namespace(), command.name(), command.attributes(), List.of());
        Element iq = Element.of(
                request.element().namespace(),
                request.element().name(),
                request.element().attributes(),
                List.of(emptied));
        return new Iq(iq, request.from(), request.to(), request.type());
    }
}
