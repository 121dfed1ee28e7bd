package im.restante.form;

/** A submitted form does not fit the form that was asked. The message names the field and what would be right, and no value. */
public final class FormException extends Exception {
    private static final long serialVersionUID = 1L;

    public FormException(String message) {
        super(message);
    }
}
