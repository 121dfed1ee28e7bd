package im.restante.internal.standalone;

final class Demo {
    private Demo() {}

    static void run() throws Refusal {
        throw Refusal.failed("demo");
    }
}
