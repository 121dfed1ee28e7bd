package im.restante.amp;

import static java.util.Objects.requireNonNull;

/**
 * What the rules of one message say, reckoned for everything that may happen to it, so that nobody is asked at the moment it does.
 *
 * @param direct if it is handed to a session at once
 * @param stored if it goes into the spool, which includes a spool that is being handed over
 * @param none   if it gets nowhere
 */
public record AmpOutcome(AmpAction direct, AmpAction stored, AmpAction none) {
    public AmpOutcome {
        requireNonNull(direct, "direct");
        requireNonNull(stored, "stored");
        requireNonNull(none, "none");
    }
}
