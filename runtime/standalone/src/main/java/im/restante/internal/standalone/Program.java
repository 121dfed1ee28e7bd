package im.restante.internal.standalone;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;

/** Runs the server, or does one small thing around it. */
public final class Program {
    /** As it was given to us: the logging bundles set {@code System.err} to what they found when they stop. */
    static final PrintStream ERR = System.err;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Program() {}

    /** Whether the framework has no part in what the command line says. */
    static boolean isSmall(String... args) {
        try {
            Arguments.Task task = Arguments.parse(args).task();
            return task == Arguments.Task.SHELL || task == Arguments.Task.HELP || task == Arguments.Task.VERSION;
        } catch (Refusal e) {
            return true;
        }
    }

    /** Does what the command line says; returns the exit code. */
    public static int run(String... args) {
        try {
            Arguments arguments = Arguments.parse(args);
            switch (arguments.task()) {
                case RUN -> serve(arguments);
                case USER_ADD -> {
                    String address = arguments.operands().get(0);
                    addUser(arguments.home(), address, PasswordPrompt.password());
                    System.out.println("added " + address);
                }
                case SHELL -> ShellClient.run(arguments);
                case DEMO -> Demo.run();
                case HELP -> System.out.print(Arguments.USAGE);
                case VERSION -> System.out.println("Restante " + Contents.version());
            }
            return 0;
        } catch (Refusal e) {
            ERR.println("restante: " + e.getMessage());
            return e.exitCode();
        }
    }

    private static void serve(Arguments arguments) throws Refusal {
        try (Home home = Home.open(arguments.home());
                Container container = new Container(home)) {
            Runtime.getRuntime().addShutdownHook(new Thread(container::close, "restante-stop"));
            System.out.println(
                    started(container, Container.WHOLE, Supplier.class, "ready").get());
            closeToOthers(home);
            // Starting leaves garbage and a heap sized for it; a server at rest needs neither.
            SpareHeap heap = new SpareHeap();
            heap.giveBack();
            heap.giveBackWhenQuiet();
            container.awaitStop();
        }
    }

    /** The log file is made by a library, which knows no permissions. */
    private static void closeToOthers(Home home) throws Refusal {
        try {
            home.closeToOthers();
        } catch (IOException e) {
            throw Refusal.failed("cannot use " + home.root() + " as home: " + Refusals.reason(e));
        }
    }

    /** Starts the container and waits for what one of its bundles offers. */
    private static <T> T started(Container container, int level, Class<T> type, String task) throws Refusal {
        HeldWarnings warnings = new HeldWarnings();
        try {
            container.start(level);
            T found = container.await(type, task, PATIENCE);
            warnings.show();
            return found;
        } catch (Refusal e) {
            warnings.drop();
            throw e;
        }
    }

    /** Makes an account in a home whose server is stopped. */
    static void addUser(Path directory, String address, String password) throws Refusal {
        try (Home home = Home.open(directory);
                Container container = new Container(home)) {
            String problem = adder(container).apply(address, password);
            if (problem != null) {
                throw Refusal.failed(problem);
            }
        }
    }

    @SuppressWarnings("unchecked") // a service is found by its raw type
    private static BinaryOperator<String> adder(Container container) throws Refusal {
        return (BinaryOperator<String>) started(container, Container.WITHOUT_CLIENTS, BinaryOperator.class, "add-user");
    }
}
