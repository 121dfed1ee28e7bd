package im.restante.internal.standalone;

import java.nio.file.Path;
import java.util.List;

/**
 * The command line, read.
 *
 * @param home     where {@code etc/}, {@code data/} and {@code log/} are
 * @param task     what to do
 * @param operands what follows the task
 */
record Arguments(Path home, Task task, List<String> operands) {
    static final String USAGE = """
            Restante, an XMPP server for the message to somebody who is away

            java -jar restante.jar [--home DIR] [COMMAND]

              (no command)     run the server in the foreground; SIGTERM or Ctrl-C ends it
              user add JID     make an account while the server is stopped; the password is read from standard input
              shell [COMMAND]  run a command in the running server; without COMMAND a prompt at a terminal, else commands
                               from standard input; `shell help` lists them
              demo             play a message to somebody who is away, through a kill of the server, and check that it arrives

              --home DIR       directory of etc/, data/ and log/; made if missing (default: ./restante)
              --help           this text
              --version        the version

            Exit codes: 0 done; 1 it failed; 2 bad usage, bad configuration, or the home is in use; 143 ended by SIGTERM.
            """;

    private static final Path DEFAULT_HOME = Path.of("restante");

    /** What the program can do. */
    enum Task {
        RUN,
        USER_ADD,
        SHELL,
        DEMO,
        HELP,
        VERSION
    }

    static Arguments parse(String... args) throws Refusal {
        Path home = DEFAULT_HOME;
        int at = 0;
        while (at < args.length && args[at].startsWith("-")) {
            String option = args[at++];
            if (option.equals("--help") || option.equals("-h")) {
                return new Arguments(home, Task.HELP, List.of());
            } else if (option.equals("--version")) {
                return new Arguments(home, Task.VERSION, List.of());
            } else if (option.equals("--home") && at < args.length) {
                home = path(args[at++]);
            } else if (option.equals("--home")) {
                throw Refusal.usage("--home needs a directory");
            } else if (option.startsWith("--home=")) {
                home = path(option.substring("--home=".length()));
            } else {
                throw Refusal.usage("unknown option " + option + "; --help lists what there is");
            }
        }
        return command(home, List.of(args).subList(at, args.length));
    }

    private static Arguments command(Path home, List<String> words) throws Refusal {
        if (words.isEmpty()) {
            return new Arguments(home, Task.RUN, words);
        }
        List<String> operands = words.subList(1, words.size());
        switch (words.get(0)) {
            case "user" -> {
                if (operands.size() != 2 || !operands.get(0).equals("add")) {
                    throw Refusal.usage("usage: user add JID");
                }
                if (!operands.get(1).contains("@")) {
                    throw Refusal.usage(operands.get(1) + " is not the address of an account: it must be NAME@DOMAIN");
                }
                return new Arguments(home, Task.USER_ADD, operands.subList(1, 2));
            }
            case "shell" -> {
                return new Arguments(home, Task.SHELL, operands);
            }
            case "demo" -> {
                if (!operands.isEmpty()) {
                    throw Refusal.usage("demo takes no arguments");
                }
                return new Arguments(home, Task.DEMO, operands);
            }
            default -> throw Refusal.usage("unknown command " + words.get(0) + "; --help lists what there is");
        }
    }

    private static Path path(String text) throws Refusal {
        if (text.isBlank()) {
            throw Refusal.usage("--home needs a directory");
        }
        return Path.of(text);
    }
}
