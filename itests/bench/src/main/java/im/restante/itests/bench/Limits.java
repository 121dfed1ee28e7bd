package im.restante.itests.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** What the machine allows, to read the server's figures against. */
final class Limits {
    private static final int SYNCS = 500;

    private Limits() {}

    static void print(Path folder) throws Exception {
        System.out.printf(
                Locale.ROOT,
                "%-62s %,.0f a second%n",
                "limit: 4 KiB appended and synced to this disk",
                syncRate(folder));
        System.out.printf(
                Locale.ROOT,
                "%-62s %,.0f msgs/s%n",
                "limit: durable appends of the store alone, 1,024 open",
                StoreRates.most(folder));
    }

    static double syncRate(Path folder) throws IOException {
        Path file = Files.createTempFile(folder, "sync", ".tmp");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer page = ByteBuffer.allocateDirect(4096);
            long start = System.nanoTime();
            for (int n = 0; n < SYNCS; n++) {
                page.clear();
                channel.write(page);
                channel.force(false);
            }
            return SYNCS / ((System.nanoTime() - start) / 1e9);
        } finally {
            Files.delete(file);
        }
    }
}
