package im.restante.internal.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.command.AdHocCommand;
import im.restante.form.DataForm;
import im.restante.jid.Jid;
import im.restante.stanza.Iq;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Requests for commands as a client sends them, and what to look for in the answers. */
final class Asked {
    static final Jid JULIET = Jid.of("juliet@example.org/balcony");
    static final Jid ROMEO = Jid.of("romeo@example.org/orchard");

    private Asked() {}

    static Iq command(Jid from, String node, String session, String action, Element... content) {
        Element.Builder command = Element.builder(AdHocCommand.NAMESPACE, "command")
                .attribute("node", node)
                .attribute("sessionid", session)
                .attribute("action", action)
                .children(List.of(content));
        return iq(from, "set", command.build());
    }

    static Iq iq(Jid from, String type, Element payload) {
        return Iq.of(Element.builder(Namespaces.CLIENT, "iq")
                .attribute("type", type)
                .attribute("id", "c1")
                .attribute("from", from.toString())
                .attribute("to", "example.org")
                .child(payload)
                .build());
    }

    /** @param fields name, value, name, value */
    static Element submit(String... fields) {
        Element.Builder x = Element.builder(DataForm.NAMESPACE, "x").attribute("type", "submit");
        for (int i = 0; i < fields.length; i += 2) {
            x.child(Element.builder(DataForm.NAMESPACE, "field")
                    .attribute("var", fields[i])
                    .child(Element.of(DataForm.NAMESPACE, "value", fields[i + 1]))
                    .build());
        }
        return x.build();
    }

    static Iq await(CompletionStage<Iq> answer) throws Exception {
        return answer.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** The command of a result. */
    static Element result(CompletionStage<Iq> answer) throws Exception {
        Iq iq = await(answer);
        assertEquals(Iq.Type.RESULT, iq.type(), () -> error(iq));
        return iq.payload().orElseThrow();
    }

    /** The conditions of an error, the general one first. */
    static String error(CompletionStage<Iq> answer) throws Exception {
        Iq iq = await(answer);
        assertEquals(Iq.Type.ERROR, iq.type());
        return error(iq);
    }

    static String error(Iq iq) {
        return String.join(
                " ",
                iq.element().child(Namespaces.CLIENT, "error").orElseThrow().children().stream()
                        .map(Element::name)
                        .filter(name -> !name.equals("text"))
                        .toList());
    }

    static String status(Element command) {
        return command.attribute("status");
    }

    static String session(Element command) {
        return command.attribute("sessionid");
    }

    /** Names of what the stage offers, the default one first. */
    static List<String> actions(Element command) {
        Element actions = command.child(AdHocCommand.NAMESPACE, "actions").orElseThrow();
        List<String> offered = new ArrayList<>(List.of(actions.attribute("execute")));
        actions.children().forEach(one -> offered.add(one.name()));
        return offered;
    }

    static Element form(Element command) {
        return command.child(DataForm.NAMESPACE, "x").orElseThrow();
    }

    /** The values of a field of the form in a command. */
    static List<String> values(Element command, String field) {
        return form(command).children().stream()
                .filter(one -> field.equals(one.attribute("var")))
                .flatMap(one -> one.children().stream())
                .filter(one -> one.name().equals("value"))
                .map(Element::text)
                .toList();
    }

    /** Names of the fields of the form in a command. */
    static List<String> fields(Element command) {
        return form(command).children().stream()
                .filter(one -> one.name().equals("field"))
                .map(one -> one.attribute("var"))
                .toList();
    }
}
