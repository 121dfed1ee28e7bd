package im.restante.itests.hostile;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * One way to harm a server. It runs in a process of its own, so that what it costs the attacker is not measured as the server's.
 *
 * @param word          what the command line calls it
 * @param accounts      local parts of accounts that are made before, with the password that {@code ServerProcess.user} gives
 * @param configuration values beside the defaults, {@code PID/key} to value
 * @param bytes         goes on until {@link Attacker#isOver()}; an end of a connection, or an error, is what an attacker expects
 */
record Attack(String word, List<String> accounts, Map<String, String> configuration, Bytes bytes) {
    /** What goes over the wire. */
    interface Bytes {
        void send(Attacker attacker) throws IOException, InterruptedException;
    }

    Attack(String word, List<String> accounts, Bytes bytes) {
        this(word, accounts, Map.of(), bytes);
    }
}
