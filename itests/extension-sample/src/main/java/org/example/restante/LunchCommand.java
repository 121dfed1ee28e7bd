package org.example.restante;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.command.AdHocCommand;
import im.restante.command.CommandRequest;
import im.restante.command.CommandStep;
import im.restante.form.DataForm;
import im.restante.form.FormField;
import im.restante.form.FormField.Type;
import im.restante.jid.Jid;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Component;

/**
 * A command for everybody, with two stages: choose a dish, then say how many. A client shows it among the server's commands. Only the end
 * changes something, so a client may go back.
 */
@Component(
        property = {
            AdHocCommand.NODE + "=" + LunchCommand.NODE_NAME,
            AdHocCommand.NAME + "=Order lunch",
            AdHocCommand.AUDIENCE + "=" + AdHocCommand.EVERYBODY
        })
public final class LunchCommand implements AdHocCommand {
    static final String NODE_NAME = "urn:example:lunch";

    private final Map<Jid, String> orders = new ConcurrentHashMap<>();

    @Override
    public CompletionStage<CommandStep> step(CommandRequest request) {
        return completedFuture(
                switch (request.stage()) {
                    case 0 ->
                        CommandStep.ask(DataForm.of(NODE_NAME)
                                .withTitle("Lunch", "What would you like?")
                                .with(FormField.of("dish", Type.LIST_SINGLE)
                                        .withLabel("Dish")
                                        .withOption("Soup", "soup")
                                        .withOption("Fish", "fish")
                                        .withAnswerRequired()));
                    case 1 ->
                        CommandStep.askLast(DataForm.of(NODE_NAME)
                                .withTitle("Lunch", "For how many?")
                                .with(FormField.of("number", Type.TEXT_SINGLE).withLabel("Number, 1 to 9")));
                    default -> ordered(request);
                });
    }

    private CommandStep ordered(CommandRequest request) {
        String number = request.latest().text("number").orElse("1");
        if (!number.matches("[1-9]")) {
            return CommandStep.unfit("A number from 1 to 9 is needed");
        }
        String order = number + " " + request.answers().get(0).text("dish").orElseThrow();
        orders.put(request.requester().bare(), order);
        return CommandStep.done(DataForm.of(NODE_NAME)
                .with(FormField.of("ordered", Type.TEXT_SINGLE)
                        .withLabel("Ordered")
                        .withValue(order)));
    }
}
