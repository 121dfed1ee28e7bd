package im.restante.admin;

import im.restante.migration.Job;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A purge that was started. {@link #end} completes when all that waited at its start was looked at; exceptionally, with
 * {@link AdministrationException}, when it broke off: what was removed by then is gone, and the same request goes on with the rest.
 */
@ProviderType
public interface Purge extends Job {
    /** What is removed. */
    PurgeRequest request();

    /** How many messages were removed so far. */
    long removed();

    /** How many that were asked for were left, since they were on their way to a session. */
    long left();
}
