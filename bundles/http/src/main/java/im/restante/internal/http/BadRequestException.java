package im.restante.internal.http;

/** A request is not as it must be; the client is told 400 with the message, which quotes nothing of it. */
final class BadRequestException extends Exception {
    private static final long serialVersionUID = 1L;

    BadRequestException(String message) {
        super(message);
    }
}
