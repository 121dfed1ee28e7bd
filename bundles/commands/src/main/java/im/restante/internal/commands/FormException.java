package im.restante.internal.commands;

/** A submitted form does not fit the form that was asked. The message names the field and what would be right, and no value. */
final class FormException extends Exception {
    private static final long serialVersionUID = 1L;

    FormException(String message) {
        super(message);
    }
}
