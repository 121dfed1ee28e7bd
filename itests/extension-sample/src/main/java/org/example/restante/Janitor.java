package org.example.restante;

import im.restante.admin.Purge;
import im.restante.admin.PurgeRequest;
import im.restante.admin.SpoolAdministration;
import im.restante.jid.Jid;
import im.restante.message.HistoryEntry;
import im.restante.message.HistoryQuery;
import im.restante.message.MessageHistory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what has waited too long for some accounts, and writes into the log which messages those were. Whoever may write its
 * configuration is an administrator: the services it uses ask nobody for rights. Without a configuration it does nothing.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = Janitor.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class Janitor {
    static final String PID = "org.example.restante.janitor";

    private static final Logger LOG = LoggerFactory.getLogger(Janitor.class);
    private static final String ME = "the janitor";
    private static final int MOST_LINES = 100;

    /** {@code accounts=romeo@example.org,juliet@example.org}, {@code days=30}, {@code every-minutes=60}. */
    @interface Config {
        String accounts();

        int days() default 30;

        int every$_$minutes() default 60;
    }

    private final SpoolAdministration spools;
    private final List<Jid> accounts;
    private final Duration age;

    /** Its own: a thread of the server is not for waiting. */
    private final ScheduledExecutorService rounds = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "janitor");
        thread.setDaemon(true);
        return thread;
    });

    /** May be missing: then less is told, and as much is done. */
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile MessageHistory history;

    /** A bad value is told and there is no janitor: better than one who removes something else. */
    @Activate
    public Janitor(Config config, @Reference SpoolAdministration spools) {
        if (config.days() < 0 || config.every$_$minutes() < 1) {
            throw new IllegalArgumentException(PID + ": days must be 0 or more, every-minutes 1 or more");
        }
        this.spools = spools;
        this.accounts = Stream.of(config.accounts().split(","))
                .map(String::strip)
                .map(Jid::of)
                .toList();
        this.age = Duration.ofDays(config.days());
        rounds.scheduleWithFixedDelay(this::round, 0, config.every$_$minutes(), TimeUnit.MINUTES);
    }

    @Deactivate
    void stop() {
        rounds.shutdownNow();
    }

    private void round() {
        Instant begun = Instant.now();
        for (Jid account : accounts) {
            try {
                Purge purge = spools.purge(PurgeRequest.of(account, ME)
                        .receivedBefore(Instant.now().minus(age)));
                purge.end().whenComplete((done, problem) -> ended(purge, begun, problem));
            } catch (RuntimeException e) { // an address that is no account's; the others have their turn
                LOG.error("{}: {}", account, e.getMessage());
            }
        }
    }

    /** What a client chose may hold line breaks, with which it could write lines of its own into the log. */
    private static String inOneLine(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Cf}]", "?");
    }

    private void ended(Purge purge, Instant begun, Throwable problem) {
        Jid account = purge.request().owner();
        if (problem != null) {
            LOG.warn("{}: removed {} messages, then: {}", account, purge.removed(), problem.getMessage());
        } else if (purge.removed() > 0) {
            LOG.info("{}: removed {} messages", account, purge.removed());
        }
        MessageHistory present = history;
        if (present != null && purge.removed() > 0) {
            HistoryQuery newest = HistoryQuery.ofAccount(account).max(MOST_LINES);
            present.find(newest).entries().stream()
                    .filter(entry -> entry.kind() == HistoryEntry.Kind.PURGED
                            && !entry.at().isBefore(begun)
                            && entry.reason()
                                    .filter(reason -> reason.endsWith(ME))
                                    .isPresent())
                    .forEach(entry -> LOG.info(
                            "{}: {} from {} ({})",
                            account,
                            entry.messageId().map(Janitor::inOneLine).orElse("a message"),
                            entry.sender().map(Jid::toString).orElse("somebody"),
                            entry.reason().orElse("-")));
        }
    }
}
