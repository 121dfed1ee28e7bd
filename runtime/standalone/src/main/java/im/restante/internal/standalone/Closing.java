package im.restante.internal.standalone;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/**
 * Closes a home to everybody but its owner: in it are passwords of databases, a private key and other people's messages. What a link
 * points to is left alone, and so is a file system without such permissions.
 */
final class Closing extends SimpleFileVisitor<Path> {
    private static final Set<PosixFilePermission> OF_THE_OWNER = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private final Path cache;
    private int closed;
    private IOException trouble;

    private Closing(Path cache) {
        this.cache = cache;
    }

    /**
     * Closes what is open.
     *
     * @param cache below it everything stays as it is: it holds nothing but what is in the jar
     * @return a sentence for the operator if others could get in, or still can; null if not
     */
    static String close(Path root, Path cache) throws IOException {
        if (!Files.getFileStore(root).supportsFileAttributeView("posix")) {
            return null;
        }
        Path real = root.toRealPath();
        boolean wasOpen = !OF_THE_OWNER.containsAll(Files.getPosixFilePermissions(real));
        Closing closing = new Closing(cache.startsWith(root) ? real.resolve(root.relativize(cache)) : cache);
        Files.walkFileTree(real, closing);
        if (closing.trouble != null) {
            return root + " cannot be closed to others than its owner: " + Refusals.reason(closing.trouble);
        }
        return wasOpen && closing.closed > 0
                ? root + " was open to others than its owner; " + closing.closed + " files and folders are closed now."
                        + " Passwords and keys in them may have been read"
                : null;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
        close(directory);
        return directory.equals(cache) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        if (attributes.isRegularFile()) {
            close(file);
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) { // else it is gone, as files of a database are now and then
            trouble = e;
        }
        return FileVisitResult.CONTINUE;
    }

    private void close(Path path) {
        try {
            Set<PosixFilePermission> open = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
            if (!OF_THE_OWNER.containsAll(open)) {
                open.retainAll(OF_THE_OWNER);
                Files.setPosixFilePermissions(path, open);
                closed++;
            }
        } catch (IOException e) {
            visitFileFailed(path, e);
        }
    }
}
