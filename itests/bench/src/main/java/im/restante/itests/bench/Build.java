package im.restante.itests.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A standalone jar, as a reader of the figures must be able to find it again. */
record Build(Path jar) {
    /** The jar with the commit that is checked out around it, where there is one; a jar that is older cannot be of it. */
    @Override
    public String toString() {
        Path file = jar.toAbsolutePath().normalize();
        String commit = git(file.getParent(), "log", "-1", "--format=%h %s");
        if (commit.isEmpty()) {
            return file + " (commit not known)";
        }
        long committed = Long.parseLong(git(file.getParent(), "log", "-1", "--format=%ct"));
        if (file.toFile().lastModified() / 1000 < committed) {
            return file + " (built before commit " + commit + ")";
        }
        boolean changed = !git(file.getParent(), "status", "--porcelain", "--untracked-files=no")
                .isEmpty();
        return file + " (commit " + commit + (changed ? ", with changes" : "") + ")";
    }

    /** What git says; empty without git, or outside of a work tree. */
    private static String git(Path folder, String... words) {
        List<String> command = new ArrayList<>(List.of("git", "-C", folder.toString()));
        command.addAll(List.of(words));
        try {
            Process git = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(git.getInputStream().readAllBytes(), UTF_8).strip();
            return git.waitFor() == 0 ? said : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
