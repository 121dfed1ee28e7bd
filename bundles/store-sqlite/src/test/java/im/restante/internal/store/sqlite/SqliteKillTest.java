package im.restante.internal.store.sqlite;

import static im.restante.itests.contract.Stages.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.store.SenderUsage;
import im.restante.store.StoredMessage;
import java.io.File;
import java.io.Reader;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteKillTest {
    private static final Jid ROMEO = Jid.of("romeo@example.org");

    @TempDir
    private Path directory;

    @Test
    void nothingAcknowledgedIsLostWhenTheProcessIsKilled() throws Exception {
        Path file = directory.resolve("spool.db");
        Set<Long> acknowledged = new HashSet<>();
        for (int round = 0; round < 3; round++) {
            acknowledged.addAll(appendUntilKilled(file, round * 1_000_000L + 1, 300 + 150 * round));
            SqliteStore store = new SqliteStore(file, 4_000);
            store.start();
            try {
                Set<Long> there = await(store.page(ROMEO, 0, Integer.MAX_VALUE, Long.MAX_VALUE)).stream()
                        .map(StoredMessage::id)
                        .collect(Collectors.toSet());
                assertTrue(there.containsAll(acknowledged), "lost in round " + round);
                long counted = await(store.senders(ROMEO, 100)).stream()
                        .mapToLong(SenderUsage::messages)
                        .sum();
                assertEquals(there.size(), counted);
                assertEquals(there.size(), await(store.statistics()).messages());
                assertEquals(
                        there.stream().mapToLong(Long::longValue).max().orElseThrow(),
                        await(store.statistics()).largestId());
            } finally {
                store.close();
            }
        }
    }

    private static Set<Long> appendUntilKilled(Path file, long firstId, int enough) throws Exception {
        Process process = new ProcessBuilder(List.of(
                        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                        "-XX:TieredStopAtLevel=1",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        KilledWriter.class.getName(),
                        file.toString(),
                        Long.toString(firstId)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Set<Long> acknowledged = new HashSet<>();
        StringBuilder line = new StringBuilder();
        try (Reader output = process.inputReader()) {
            int c = output.read();
            while (c >= 0) {
                if (c == '\n') { // an unfinished last line may be half a number
                    acknowledged.add(Long.parseLong(line.toString()));
                    line.setLength(0);
                    if (acknowledged.size() == enough) {
                        process.toHandle().destroyForcibly(); // SIGKILL; what it had printed is still read
                    }
                } else {
                    line.append((char) c);
                }
                c = output.read();
            }
        }
        process.waitFor();
        assertTrue(acknowledged.size() >= enough, "the process ended by itself");
        return acknowledged;
    }
}
