package im.restante.internal.standalone;

import java.nio.file.FileSystemException;

/** Exceptions in an operator's words. */
final class Refusals {
    private Refusals() {}

    /** One line that says why. */
    static String reason(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof FileSystemException e) {
            String reason = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
            return e.getFile() + ": " + reason;
        }
        String message = root.getMessage();
        return message == null
                ? root.getClass().getSimpleName()
                : message.lines().findFirst().orElse(message);
    }
}
