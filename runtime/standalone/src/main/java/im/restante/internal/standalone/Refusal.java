package im.restante.internal.standalone;

/** Why the program ends without having done what it was asked for: one line for the operator, and the exit code. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    /** Something is wrong that the command line and the configuration cannot mend. */
    static final int FAILED = 1;
    /** Bad usage, bad configuration, or a home that is in use. */
    static final int USAGE = 2;

    private final int exitCode;

    Refusal(int exitCode, String line) {
        super(line);
        this.exitCode = exitCode;
    }

    static Refusal usage(String line) {
        return new Refusal(USAGE, line);
    }

    static Refusal failed(String line) {
        return new Refusal(FAILED, line);
    }

    int exitCode() {
        return exitCode;
    }
}
