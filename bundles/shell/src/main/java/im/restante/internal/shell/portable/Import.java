package im.restante.internal.shell.portable;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.account.Accounts;
import im.restante.account.Setting;
import im.restante.delivery.Delivery;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.message.StanzaIds;
import im.restante.session.Spools;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads a file of XEP-0227: makes the accounts that are not here, adds to the others the contacts and blocks they do not have, and
 * stores the messages, whatever the limits. What cannot be read is named with its line, and the rest goes on. Broken off it is
 * started again: accounts are known by their names, messages by their place ({@link ImportMarker}).
 */
public final class Import extends Task {
    /** Troubles told in full. */
    static final int NAMED = 20;

    private static final int CHUNK = 200;
    private static final long CHUNK_BYTES = 1 << 20;
    /** Values of one account beside its messages. */
    private static final int MOST_SETTINGS = 20_000;

    /** The server's services that an import needs. {@code spools} and {@code ids} may be null. */
    public record Services(
            Jid domain, Accounts accounts, Delivery delivery, XmlCodec codec, Spools spools, StanzaIds ids) {}

    private final Path file;
    private final Services server;
    private final Clock clock;
    private final AtomicLong users = new AtomicLong();
    private final AtomicLong stored = new AtomicLong();
    private final Map<String, Long> passedOver = new TreeMap<>();
    private final List<String> named = new ArrayList<>();
    private long known;
    private long troubles;
    private long seen;
    private long before;
    private String endedBefore;
    private ImportMarker marker;
    private ImportedMessages messages;

    public Import(Path file, Services server, Clock clock) {
        super("import of " + file);
        this.file = file;
        this.server = server;
        this.clock = clock;
    }

    @Override
    void work() throws IOException, StoreException {
        marker = ImportMarker.of(file, clock.instant());
        if (marker.ended() != null) {
            endedBefore = marker.ended();
            return;
        }
        before = marker.done();
        try (PieReader reader = new PieReader(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            if (!reader.enter() || !reader.is(Pie.NAMESPACE, "server-data")) {
                throw new IOException("not a file of XEP-0227: it begins with <" + reader.name() + ">");
            }
            messages = new ImportedMessages(
                    server, marker, clock.instant(), ImportedMessages.isOfThisServer(reader, server));
            while (reader.enter()) {
                if (reader.is(Pie.NAMESPACE, "host")) {
                    host(reader);
                } else {
                    passOver(reader);
                }
            }
        }
        marker.end(clock.instant());
    }

    private void host(PieReader reader) throws IOException, StoreException {
        String jid = reader.attribute(null, "jid");
        if (jid == null || !server.domain().equals(jidOrNull(jid))) {
            trouble(reader.line(), "host " + jid + " is not " + server.domain() + ", which is served here");
            reader.skip();
            return;
        }
        while (reader.enter()) {
            if (reader.is(Pie.NAMESPACE, "user")) {
                user(reader);
            } else {
                passOver(reader);
            }
        }
    }

    private static Jid jidOrNull(String text) {
        try {
            return Jid.of(text);
        } catch (InvalidJidException e) {
            return null;
        }
    }

    private void user(PieReader reader) throws IOException, StoreException {
        mayGoOn();
        int line = reader.line();
        String name = reader.attribute(null, "name");
        Account account;
        try {
            if (name == null) {
                throw new IllegalArgumentException("a user without a name");
            }
            account = new Account(Jid.of(name, server.domain().domain(), null), reader.attribute(null, "password"));
        } catch (IllegalArgumentException e) {
            trouble(line, "user " + name + ": " + e.getMessage());
            reader.skip();
            return;
        }
        List<StoredMessage> chunk = new ArrayList<>();
        while (reader.enter()) {
            if (reader.is(Pie.NAMESPACE, "offline-messages")) {
                save(account, line);
                while (reader.enter()) {
                    if (account.refused) {
                        seen++;
                        reader.skip();
                    } else {
                        message(reader, account.jid, chunk);
                    }
                }
            } else if (reader.is(Namespaces.ROSTER, "query") || reader.is(Namespaces.BLOCKING, "blocklist")) {
                while (reader.enter()) {
                    setting(reader, account);
                }
            } else if (reader.is(Pie.SCRAM, "scram-credentials") || reader.is(Namespaces.CLIENT, "presence")) {
                setting(reader, account);
            } else {
                passOver(reader);
            }
        }
        save(account, line);
        if (!account.refused && !account.hasCredentials() && account.password == null) {
            trouble(line, account.jid + " comes without credentials: if it is new, set a password");
        }
        flush(chunk);
        users.incrementAndGet();
    }

    /** One account of the file, as far as it was read. */
    private static final class Account {
        final Jid jid;
        final String password;
        final Map<String, Setting> settings = new LinkedHashMap<>();
        boolean saved;
        boolean refused;

        Account(Jid jid, String password) {
            this.jid = jid;
            this.password = password;
        }

        boolean hasCredentials() {
            return settings.values().stream().anyMatch(setting -> setting.node().equals(Pie.CREDENTIALS));
        }

        void add(Setting setting) {
            if (settings.size() == MOST_SETTINGS) {
                throw new IllegalArgumentException("more than " + MOST_SETTINGS + " contacts and blocks");
            }
            settings.put(setting.node() + '/' + setting.key(), setting);
            saved = false;
        }
    }

    private void setting(PieReader reader, Account account) throws IOException {
        int line = reader.line();
        try {
            Element element = reader.element(server.codec());
            if (element.is(Pie.SCRAM, "scram-credentials")) {
                account.add(PortableScram.toSetting(element));
            } else if (element.is(Namespaces.BLOCKING, "item")) {
                account.add(new Setting(Pie.BLOCKING, address(element, "jid").toString(), "blocked"));
            } else if (element.is(Namespaces.ROSTER, "item")) {
                account.add(contact(address(element, "jid").bare(), element, null));
            } else if (element.is(Namespaces.CLIENT, "presence") && "subscribe".equals(element.attribute("type"))) {
                Jid from = address(element, "from").bare();
                account.add(contact(from, itemOf(account, from), element.withAttribute("from", from.toString())));
            } else {
                throw new IllegalArgumentException("<" + element.name() + "> is not known here");
            }
        } catch (IllegalArgumentException e) {
            trouble(line, account.jid + ": " + e.getMessage());
        }
    }

    private static Jid address(Element element, String attribute) {
        String text = element.attribute(attribute);
        if (text == null) {
            throw new IllegalArgumentException("<" + element.name() + "> without " + attribute);
        }
        return Jid.of(text);
    }

    /** Null if the file has not named it before. */
    private Element itemOf(Account account, Jid contact) {
        Setting before = account.settings.get(Pie.ROSTER + '/' + contact);
        try {
            return before == null ? null : server.codec().parse(before.value().getBytes(UTF_8), "");
        } catch (XmlStreamException e) {
            throw new IllegalStateException("we wrote it", e);
        }
    }

    /** As the roster keeps it: an open request stands inside the item, which is not listed if it is nothing else. */
    private Setting contact(Jid jid, Element itemOrNull, Element request) {
        Element.Builder kept = Element.builder(Namespaces.ROSTER, "item").attribute("jid", jid.toString());
        if (itemOrNull == null) {
            kept.attribute("subscription", "none").attribute("listed", "false");
        } else {
            kept.attribute("name", itemOrNull.attribute("name"))
                    .attribute("subscription", itemOrNull.attribute("subscription"))
                    .attribute("ask", itemOrNull.attribute("ask"));
            itemOrNull.children().stream()
                    .filter(child -> child.is(Namespaces.ROSTER, "group"))
                    .forEach(kept::child);
        }
        if (request != null) {
            kept.child(request);
        }
        return new Setting(Pie.ROSTER, jid.toString(), new String(server.codec().serialize(kept.build(), ""), UTF_8));
    }

    /** Makes the account, or gives the one that is there what it does not have; credentials only if it has none. */
    private void save(Account account, int line) throws StoreException {
        if (account.saved) {
            return;
        }
        account.saved = true;
        List<Setting> settings = List.copyOf(account.settings.values());
        try {
            boolean byPassword = account.password != null && !account.password.isEmpty() && !account.hasCredentials();
            SavedAccount.save(server.accounts(), account.jid, byPassword ? account.password : null, settings);
        } catch (IllegalArgumentException e) {
            account.refused = true;
            trouble(line, account.jid + " is not made, and its messages are left out: " + e.getMessage());
        }
    }

    private void message(PieReader reader, Jid owner, List<StoredMessage> chunk) throws IOException, StoreException {
        int line = reader.line();
        long position = seen++;
        if (position < before) {
            reader.skip();
            return;
        }
        try {
            chunk.add(messages.row(reader.element(server.codec()), owner, position));
        } catch (IllegalArgumentException e) {
            trouble(line, "a message for " + owner + ": " + e.getMessage());
        }
        long bytes = chunk.stream().mapToLong(StoredMessage::sizeBytes).sum();
        if (chunk.size() >= CHUNK || bytes >= CHUNK_BYTES) {
            flush(chunk);
            mayGoOn();
        }
    }

    private void flush(List<StoredMessage> chunk) throws IOException, StoreException {
        if (chunk.isEmpty()) {
            return;
        }
        int rows = messages.store(chunk);
        marker.done(seen);
        stored.addAndGet(rows);
        known += chunk.size() - rows;
        chunk.clear();
    }

    private void passOver(PieReader reader) throws IOException {
        passedOver.merge(reader.name(), 1L, Long::sum);
        reader.skip();
    }

    private void trouble(int line, String what) {
        troubles++;
        if (named.size() < NAMED) {
            named.add("line " + line + ": " + what);
        }
    }

    @Override
    public String progress() {
        return users + " accounts and " + stored + " messages read";
    }

    @Override
    void report(List<String> lines) {
        if (endedBefore != null) {
            lines.add(file + " was imported whole at " + endedBefore + "; remove " + marker.path()
                    + " to import it once more");
            return;
        }
        lines.add(users + " accounts looked at, " + stored + " messages stored, " + known + " messages there already"
                + (before > 0 ? ", " + before + " done by an earlier run" : ""));
        passedOver.forEach((name, count) -> lines.add("not imported: " + count + " times <" + name + ">"));
        if (troubles > 0) {
            lines.add(troubles + " things could not be imported:");
            named.forEach(trouble -> lines.add("    " + trouble));
        }
    }
}
