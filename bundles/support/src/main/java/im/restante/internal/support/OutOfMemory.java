package im.restante.internal.support;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Ends the process when its memory has run out: whatever was being done then broke off somewhere in the middle, in any thread, and a
 * server that goes on like that answers some and not others. Every guard that catches {@link Throwable} or {@link Error} asks first.
 */
public final class OutOfMemory {
    /** As the JVM ends with {@code -XX:+ExitOnOutOfMemoryError}. */
    public static final int EXIT_CODE = 3;

    private static final int MOST_CAUSES = 16;

    // Made beforehand: there may be no room for it when it is needed.
    private static final byte[] LINE = "restante: out of memory: the process ends. Start it again; -Xmx gives it more\n"
            .getBytes(StandardCharsets.US_ASCII);

    @SuppressWarnings("resource") // the process's own, open to its end
    private static final FileOutputStream ERR = new FileOutputStream(FileDescriptor.err);

    private OutOfMemory() {}

    /**
     * Returns if {@code caught} is anything else. Else says so in one line on standard error and halts with {@value #EXIT_CODE}: the
     * stop that SIGTERM causes would need memory. Not for a thread that could not be started, since all that was running goes on.
     */
    public static void endsProcess(Throwable caught) {
        Throwable at = caught;
        for (int i = 0; i < MOST_CAUSES && at != null; i++) {
            if (at instanceof OutOfMemoryError && !isAboutThreads(at)) {
                end();
            }
            at = at.getCause();
        }
    }

    private static boolean isAboutThreads(Throwable error) {
        String message = error.getMessage();
        return message != null && message.contains("native thread");
    }

    private static void end() {
        try {
            ERR.write(LINE);
        } catch (IOException e) {
            // Nobody listens there; the code says it too.
        } finally {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }
}
