package im.restante.internal.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What some classes say in the log, down to INFO, until it is closed. The logger of the tests writes to the standard error. */
final class SaidInTheLog implements AutoCloseable {
    private static final int INFO = 20;

    private final PrintStream before = System.err;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    SaidInTheLog(Class<?>... by) throws ReflectiveOperationException {
        for (Class<?> one : by) { // the level of a logger is set when it is made, and it may have been made long ago
            Logger logger = LoggerFactory.getLogger(one);
            Field level = logger.getClass().getDeclaredField("currentLogLevel");
            level.setAccessible(true);
            level.setInt(logger, INFO);
        }
        System.setErr(new PrintStream(said, true, UTF_8));
    }

    /** Lines with that in them. */
    long lines(String part) {
        return said.toString(UTF_8).lines().filter(line -> line.contains(part)).count();
    }

    @Override
    public String toString() {
        return said.toString(UTF_8);
    }

    @Override
    public void close() {
        System.setErr(before);
    }
}
