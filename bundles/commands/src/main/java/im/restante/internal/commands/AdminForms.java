package im.restante.internal.commands;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.command.CommandStep;
import im.restante.form.DataForm;
import im.restante.form.FormField;
import im.restante.form.FormField.Type;
import java.util.concurrent.CompletionStage;

/** The forms of XEP-0133, as §4 writes them. */
final class AdminForms {
    /** Before the name of each command, in its node. */
    static final String NODES = "http://jabber.org/protocol/admin#";

    static final String ACCOUNT = "accountjid";
    static final String ACCOUNTS = "accountjids";
    static final String PASSWORD = "password";

    private static final String FORM_TYPE = "http://jabber.org/protocol/admin";

    private AdminForms() {}

    static CompletionStage<CommandStep> ask(String title, String instructions, FormField... fields) {
        DataForm form = DataForm.of(FORM_TYPE).withTitle(title, instructions);
        for (FormField field : fields) {
            form = form.with(field);
        }
        return completedFuture(CommandStep.askLast(form));
    }

    static FormField account(String label) {
        return FormField.of(ACCOUNT, Type.JID_SINGLE).withLabel(label).withAnswerRequired();
    }

    static FormField accounts(String label) {
        return FormField.of(ACCOUNTS, Type.JID_MULTI).withLabel(label).withAnswerRequired();
    }

    static FormField secret(String name, String label) {
        return FormField.of(name, Type.TEXT_PRIVATE).withLabel(label);
    }

    static DataForm result(FormField... fields) {
        DataForm form = DataForm.of(FORM_TYPE);
        for (FormField field : fields) {
            form = form.with(field);
        }
        return form;
    }

    static FormField number(String name, String label, long number) {
        return FormField.of(name, Type.TEXT_SINGLE).withLabel(label).withValue(Long.toString(number));
    }
}
