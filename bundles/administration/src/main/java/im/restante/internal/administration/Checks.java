package im.restante.internal.administration;

import im.restante.admin.AdministrationException;
import im.restante.admin.AdministrationException.Reason;
import im.restante.jid.Jid;

/** What makes no sense whoever is asked. Each answers the reason, or null if it does make sense. */
final class Checks {
    private Checks() {}

    static AdministrationException account(Jid account) {
        return account.isBare() && account.local() != null
                ? null
                : invalid("an account's address looks like name@domain, got " + account);
    }

    static AdministrationException session(Jid session) {
        return !session.isBare() && session.local() != null
                ? null
                : invalid("a session's address looks like name@domain/resource, got " + session);
    }

    /** From 1, or from 0, to a bound. */
    static AdministrationException number(String what, int number, int least, int most) {
        return number >= least && number <= most
                ? null
                : invalid(what + " must be a number from " + least + " to " + most + ", got " + number);
    }

    /** What a client is told: one line of characters that XML can carry (XML 1.0 §2.2). */
    static AdministrationException reason(String reason, int most) {
        if (reason.length() > most) {
            return invalid("a reason has at most " + most + " characters, got " + reason.length());
        }
        boolean plain = reason.codePoints()
                .allMatch(c -> c >= ' '
                        && !Character.isISOControl(c)
                        && c != 0xfffe
                        && c != 0xffff
                        && Character.getType(c) != Character.SURROGATE);
        return plain ? null : invalid("a reason is one line without control characters");
    }

    static AdministrationException invalid(String message) {
        return new AdministrationException(Reason.INVALID, message);
    }
}
