package im.restante.itests.faults;

import im.restante.itests.harness.Jdk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Other work on the machine: loops that keep processors busy, and writers that sync the disk without pause. A process of its own,
 * which ends with the runner, however that ends: its standard input does. The files are where the servers have theirs.
 */
final class Neighbours implements AutoCloseable {
    private static final int BLOCK = 4096;
    private static final int BLOCKS_PER_FILE = 4096;

    private final Optional<Process> process;

    private Neighbours(Optional<Process> process) {
        this.process = process;
    }

    /** Returns when they are at work. Without any there is no process. */
    static Neighbours start(int busyLoops, int syncWriters) throws IOException {
        if (busyLoops + syncWriters == 0) {
            return new Neighbours(Optional.empty());
        }
        Process process = new ProcessBuilder(
                        Jdk.current().java().toString(),
                        "-Xmx32m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Neighbours.class.getName(),
                        Integer.toString(busyLoops),
                        Integer.toString(syncWriters))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (process.getInputStream().read() < 0) {
            throw new IOException("what is to keep the machine busy ended at once");
        }
        return new Neighbours(Optional.of(process));
    }

    @Override
    public void close() {
        process.ifPresent(running -> {
            running.destroy();
            running.onExit().join();
        });
    }

    /** Whether none of them has ended, as one does that cannot write. */
    boolean isAtWork() {
        return process.map(Process::isAlive).orElse(true);
    }

    /** The process: numbers of loops and writers. */
    public static void main(String[] args) throws IOException {
        for (int n = 0; n < Integer.parseInt(args[0]); n++) {
            daemon(Neighbours::spin);
        }
        for (int n = 0; n < Integer.parseInt(args[1]); n++) {
            Path file = Files.createTempFile("restante-neighbour", ".tmp");
            FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
            Files.deleteIfExists(file); // so that nothing is left whatever happens
            daemon(() -> sync(channel));
        }
        System.out.write('\n');
        System.out.flush();
        while (System.in.read() >= 0) {
            // until the runner ends
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
    }

    private static void spin() {
        AtomicLong turns = new AtomicLong();
        while (turns.incrementAndGet() != 0) {
            Thread.onSpinWait();
        }
    }

    /** Grows a file to 16 MiB, again and again, a block and a sync at a time. */
    private static void sync(FileChannel channel) {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        try {
            while (true) {
                channel.truncate(0);
                for (int n = 0; n < BLOCKS_PER_FILE; n++) {
                    block.clear();
                    channel.write(block, (long) n * BLOCK);
                    channel.force(true);
                }
            }
        } catch (IOException e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1); // a machine less busy than was asked for would prove less
        }
    }
}
