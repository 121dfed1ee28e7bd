package im.restante.itests.faults;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A sender who writes all the time and asks behind each message whether it is taken. A patient one waits for the answer before he
 * writes the next; another writes at a steady pace whatever is answered.
 */
final class SteadySender {
    private static final long PACE_NANOS = 200_000_000;
    private static final long BREATH_NANOS = 20_000_000;

    /** One message: to which of the recipients, and when it was written. */
    private record Sent(Mail mail, int recipient, long nanos) {}

    private final int number;
    private final Client client;
    private final Site site;
    private final List<String> recipients;
    private final int firstRecipient;
    private final boolean patient;
    private final Random random;
    private final Duration longest;
    private final List<Sent> sent = new ArrayList<>();

    /**
     * @param recipients     of all senders
     * @param firstRecipient of those this one writes to, up to the last
     * @param longest        that he waits for a verdict
     */
    SteadySender(
            int number,
            Client client,
            Site site,
            List<String> recipients,
            int firstRecipient,
            boolean patient,
            long seed,
            Duration longest) {
        this.number = number;
        this.client = client;
        this.site = site;
        this.recipients = recipients;
        this.firstRecipient = firstRecipient;
        this.patient = patient;
        this.random = new Random(seed);
        this.longest = longest;
    }

    /** Goes on until {@code stop}, then waits for the last verdict. */
    void run(BooleanSupplier stop) {
        try {
            while (!stop.getAsBoolean()) {
                Mail mail = new Mail(number, site.nextNumber());
                int recipient = firstRecipient + random.nextInt(recipients.size() - firstRecipient);
                sent.add(new Sent(mail, recipient, System.nanoTime()));
                client.write(mail.to(recipients.get(recipient), Mail.size(random)));
                client.askWhetherTaken(mail.number());
                if (patient) {
                    client.verdicts().await(mail.number(), longest);
                }
                LockSupport.parkNanos(patient ? BREATH_NANOS : PACE_NANOS);
            }
            client.verdicts().await(sent.get(sent.size() - 1).mail().number(), longest);
        } catch (IOException e) {
            throw new IllegalStateException("sender " + number + ": " + e.getMessage(), e);
        }
    }

    int verdicts() {
        return client.verdicts().answers();
    }

    /** Leaves, and enters what was sent. To be called when {@link #run} has ended. */
    void enter(List<Ledger> ledgers) throws IOException {
        client.close();
        sent.forEach(one ->
                ledgers.get(one.recipient()).sent(one.mail(), client.verdicts().of(one.mail())));
    }

    /** How many verdicts took longer than {@code limit}. */
    long late(Duration limit) {
        return sent.stream()
                .filter(one ->
                        client.verdicts().nanosOf(one.mail()).orElse(one.nanos()) - one.nanos() > limit.toNanos())
                .count();
    }

    /** How many verdicts never came. */
    long never() {
        return sent.stream()
                .filter(one -> client.verdicts().of(one.mail()) == Told.NOTHING)
                .count();
    }

    long refused() {
        return client.verdicts().refused().size();
    }

    /** The longest that a verdict took, in seconds. */
    double longest() {
        return sent.stream()
                        .mapToLong(one -> client.verdicts().nanosOf(one.mail()).orElse(one.nanos()) - one.nanos())
                        .max()
                        .orElse(0)
                / 1e9;
    }
}
