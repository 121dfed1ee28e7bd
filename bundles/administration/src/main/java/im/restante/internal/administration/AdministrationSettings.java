package im.restante.internal.administration;

import im.restante.config.Settings;
import im.restante.config.SettingsDescriptor;
import im.restante.internal.support.Printable;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What {@code im.restante.administration} says.
 *
 * @param names     of {@code admins}: accounts of the domain, whichever it is
 * @param addresses of {@code admins}: bare
 */
record AdministrationSettings(Set<String> names, Set<Jid> addresses) {
    static final String PID = "im.restante.administration";

    private static final String ADMINS = "admins";

    static final SettingsDescriptor DESCRIPTOR = SettingsDescriptor.of(
                    PID, "Restante: administration", "Who administers the server from a client.")
            .text(
                    ADMINS,
                    "",
                    "The accounts whose sessions are offered the commands of an administrator (XEP-0133), separated by"
                            + " commas: names or addresses, as in juliet, romeo@example.org. An account of another server is"
                            + " ignored. Empty: nobody. Nobody can register such a name: add the account yourself. Whoever has"
                            + " the password of one administers the server: choose strong passwords.")
            .build();

    AdministrationSettings {
        names = Set.copyOf(names);
        addresses = Set.copyOf(addresses);
    }

    /** @throws im.restante.config.ConfigException naming what is no account */
    static AdministrationSettings of(Map<String, ?> values) {
        Settings settings = DESCRIPTOR.read(values);
        Set<String> names = new TreeSet<>();
        Set<Jid> addresses = new TreeSet<>();
        for (String one : settings.text(ADMINS).split(",", -1)) {
            String entry = one.strip();
            if (!entry.isEmpty()) {
                try {
                    boolean isAddress = entry.indexOf('@') >= 0 || entry.indexOf('/') >= 0;
                    Jid account = isAddress ? Jid.of(entry) : Jid.of(entry, "localhost", null);
                    if (account.local() == null || !account.isBare()) {
                        throw new InvalidJidException("an account has no resource, and a name before @");
                    } else if (isAddress) {
                        addresses.add(account);
                    } else {
                        names.add(account.local());
                    }
                } catch (InvalidJidException e) {
                    throw settings.bad(
                            ADMINS,
                            "names or addresses of accounts separated by commas, as in juliet, romeo@example.org; "
                                    + Printable.line(entry) + " is neither (" + Printable.line(e.getMessage()) + ")");
                }
            }
        }
        return new AdministrationSettings(names, addresses);
    }

    /** @param domain that is served */
    boolean has(Jid address, Jid domain) {
        String name = address.local();
        return name != null
                && address.domain().equals(domain.domain())
                && (names.contains(name) || addresses.contains(address.bare()));
    }

    /** As in the file, for a log. */
    @Override
    public String toString() {
        Set<String> all = new TreeSet<>(names);
        addresses.forEach(address -> all.add(address.toString()));
        return ADMINS + "=" + String.join(",", all);
    }
}
