package im.restante.internal.shell.portable;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.account.Setting;
import im.restante.internal.shell.portable.Import.Services;
import im.restante.jid.Jid;
import im.restante.migration.ForeignAccount;
import im.restante.migration.ForeignMessage;
import im.restante.migration.ForeignServer;
import im.restante.migration.ForeignServer.Range;
import im.restante.quota.UserLimits;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlStreamException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads another server's database: makes the accounts that are not here, with their passwords and own limits, and stores what
 * waits, whatever the limits. What cannot be taken is named by its number there, and the rest goes on. Started again it goes on
 * behind what is done, so it neither doubles a message nor brings one back that was delivered since.
 */
public final class DatabaseImport extends Task {
    private static final int PAGE = 200;
    private static final Range NOTHING = new Range(0, 0);

    private final ForeignServer.Spool from;
    private final Path folder;
    private final Services server;
    private final Clock clock;
    private final AtomicLong users = new AtomicLong();
    private final AtomicLong stored = new AtomicLong();
    private final Map<String, Elsewhere> elsewhere = new TreeMap<>();
    private final List<String> named = new ArrayList<>();
    private long made;
    private long known;
    private long troubles;
    private ImportMarker marker;
    private ImportedMessages messages;

    /** What there is of another domain. */
    private static final class Elsewhere {
        long accounts;
        long messages;
    }

    /**
     * @param from   closed at the end
     * @param folder where it is noted how far it came
     */
    public DatabaseImport(ForeignServer.Spool from, Path folder, Services server, Clock clock) {
        super("import from " + from.place());
        this.from = from;
        this.folder = folder;
        this.server = server;
        this.clock = clock;
    }

    @Override
    void work() throws IOException, StoreException {
        try (from) {
            Instant now = clock.instant();
            marker = ImportMarker.ofDatabase(folder, from.place(), from.range().orElse(NOTHING), now);
            messages = new ImportedMessages(server, marker, now, false);
            accounts();
            messages();
        }
    }

    private void accounts() throws IOException, StoreException {
        while (true) {
            List<ForeignAccount> page = from.accounts(marker.accounts(), PAGE);
            if (page.isEmpty()) {
                return;
            }
            for (ForeignAccount account : page) {
                mayGoOn();
                account(account);
                users.incrementAndGet();
            }
            marker.accounts(page.get(page.size() - 1).id());
        }
    }

    private void account(ForeignAccount account) throws StoreException {
        try {
            Jid jid = Jid.of(account.jid()).bare();
            if (jid.local() == null || !isHere(jid)) {
                elsewhere(jid).accounts++;
                return;
            }
            List<Setting> settings = new ArrayList<>();
            String password = null;
            try {
                ForeignCredentials credentials = ForeignCredentials.of(account);
                password = credentials.password();
                settings.addAll(credentials.settings());
            } catch (IllegalArgumentException e) {
                withoutPassword(jid, e);
            }
            limit(account, jid, settings);
            made += saved(jid, password, settings) ? 1 : 0;
        } catch (IllegalArgumentException e) {
            trouble("account " + account.id() + ": " + e.getMessage());
        }
    }

    private void withoutPassword(Jid jid, IllegalArgumentException why) {
        trouble(jid + " comes without a password (restante:user-password gives it one): " + why.getMessage());
    }

    private boolean saved(Jid jid, String password, List<Setting> settings) throws StoreException {
        try {
            return SavedAccount.save(server.accounts(), jid, password, settings);
        } catch (IllegalArgumentException e) {
            if (password == null) {
                throw e;
            }
            withoutPassword(jid, e);
            return SavedAccount.save(server.accounts(), jid, null, settings);
        }
    }

    /** There 0 is no limit. */
    private void limit(ForeignAccount account, Jid jid, List<Setting> settings) {
        String limit = account.ownLimit();
        if (limit == null) {
            return;
        }
        String value = limit.strip();
        try {
            boolean none = value.equals(UserLimits.NO_LIMIT) || Integer.parseInt(value) <= 0;
            settings.add(new Setting(UserLimits.NODE, UserLimits.KEY, none ? UserLimits.NO_LIMIT : value));
        } catch (NumberFormatException e) {
            trouble(jid + " comes without its own limit, which is no number");
        }
    }

    private boolean isHere(Jid jid) {
        return jid.domain().equals(server.domain().domain());
    }

    private Elsewhere elsewhere(Jid jid) {
        return elsewhere.computeIfAbsent(jid.domain(), domain -> new Elsewhere());
    }

    private void messages() throws IOException, StoreException {
        long after = marker.done() - 1;
        while (true) {
            List<ForeignMessage> page = from.messages(after, PAGE);
            if (page.isEmpty()) {
                return;
            }
            List<StoredMessage> rows = new ArrayList<>();
            for (ForeignMessage message : page) {
                try {
                    Jid owner = Jid.of(message.owner()).bare();
                    if (isHere(owner)) {
                        rows.add(row(message, owner));
                    } else {
                        elsewhere(owner).messages++;
                    }
                } catch (IllegalArgumentException | XmlStreamException e) {
                    trouble("message " + message.id() + " for " + message.owner() + ": " + e.getMessage());
                }
            }
            after = page.get(page.size() - 1).id();
            int taken = messages.store(rows);
            marker.done(after + 1);
            stored.addAndGet(taken);
            known += rows.size() - taken;
            mayGoOn();
        }
    }

    private StoredMessage row(ForeignMessage message, Jid owner) throws StoreException, XmlStreamException {
        if (!await(server.accounts().exists(owner))) {
            throw new IllegalArgumentException("there is no such account here");
        }
        if (message.stanza() == null) {
            throw new IllegalArgumentException("it is larger than 1 MiB");
        }
        Element stanza = server.codec().parse(message.stanza().getBytes(UTF_8), Namespaces.CLIENT);
        if (stanza.attribute("from") == null && message.sender() != null) {
            stanza = stanza.withAttribute("from", message.sender());
        }
        return messages.row(marked(stanza, message), owner, message.id());
    }

    /** With what is kept beside the stanza, as a file has it. */
    private static Element marked(Element stanza, ForeignMessage message) {
        return stanza.withoutAttributes(attribute -> attribute.namespace().equals(Pie.ROW))
                .withAttribute(Pie.ROW, Pie.SENDER, message.sender())
                .withAttribute(Pie.ROW, Pie.RECEIVED, Objects.toString(message.receivedAt(), null))
                .withAttribute(Pie.ROW, Pie.EXPIRES, Objects.toString(message.expiresAt(), null));
    }

    private void trouble(String what) {
        troubles++;
        if (named.size() < Import.NAMED) {
            named.add(what);
        }
    }

    @Override
    public String progress() {
        return users + " accounts and " + stored + " messages read";
    }

    @Override
    void report(List<String> lines) {
        lines.add(users + " accounts looked at, " + made + " made, " + stored + " messages stored, " + known
                + " messages there already");
        elsewhere.entrySet().stream()
                .limit(Import.NAMED)
                .forEach(other -> lines.add("not taken, since of " + other.getKey() + ": " + other.getValue().accounts
                        + " accounts, " + other.getValue().messages + " messages"));
        if (elsewhere.size() > Import.NAMED) {
            lines.add("and of " + (elsewhere.size() - Import.NAMED) + " domains more");
        }
        if (troubles > 0) {
            lines.add(troubles + " things could not be imported:");
            named.forEach(trouble -> lines.add("    " + trouble));
        }
        if (marker != null) {
            lines.add(marker.path() + " tells how far it came: started again it takes what is new");
        }
    }
}
