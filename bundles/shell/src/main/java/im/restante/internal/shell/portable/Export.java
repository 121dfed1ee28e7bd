package im.restante.internal.shell.portable;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.internal.shell.portable.Import.Services;
import im.restante.jid.Jid;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.Node;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes all accounts with their credentials, rosters, block lists and waiting messages into one file (XEP-0227), a page at a time.
 * The file has its name only when it is whole; until then it is called {@code NAME.part}.
 */
public final class Export extends Task {
    private static final int USERS = 100;
    private static final int ROWS = 200;
    private static final long BYTES = 1 << 20;

    private final Path file;
    private final Services server;
    private final XmlCodec codec;
    private final AtomicLong users = new AtomicLong();
    private final AtomicLong messages = new AtomicLong();
    private final List<String> troubles = new ArrayList<>();

    public Export(Path file, Services server) {
        super("export to " + file);
        this.file = file;
        this.server = server;
        this.codec = server.codec();
    }

    @Override
    void work() throws IOException, StoreException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.deleteIfExists(part);
        try (FileChannel channel = FileChannel.open(
                part,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
            write(out);
            out.flush();
            channel.force(true);
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void write(OutputStream out) throws IOException, StoreException {
        print(out, "<?xml version='1.0' encoding='UTF-8'?>\n");
        Element root = Element.builder(Pie.NAMESPACE, "server-data")
                .attribute(Pie.ROW, Pie.MARK, ImportedMessages.mark(server))
                .build();
        print(out, opening(root, "") + "\n");
        Element host = Element.builder(Pie.NAMESPACE, "host")
                .attribute("jid", server.domain().toString())
                .build();
        print(out, opening(host, Pie.NAMESPACE) + "\n");
        Jid after = null;
        while (true) {
            List<Jid> page = await(server.accounts().list(after, USERS));
            for (Jid user : page) {
                mayGoOn();
                user(out, user);
                users.incrementAndGet();
            }
            if (page.isEmpty()) {
                break;
            }
            after = page.get(page.size() - 1);
        }
        print(out, "</host>\n</server-data>\n");
    }

    private void user(OutputStream out, Jid user) throws IOException, StoreException {
        Element element = Element.builder(Pie.NAMESPACE, "user")
                .attribute("name", user.local())
                .build();
        print(out, opening(element, Pie.NAMESPACE) + "\n");
        for (Map.Entry<String, String> stored :
                await(server.accounts().settings(user, Pie.CREDENTIALS)).entrySet()) {
            Optional<Element> scram = PortableScram.toElement(stored.getKey(), stored.getValue());
            if (scram.isPresent()) {
                element(out, scram.get());
            } else {
                troubles.add(user + ": its " + stored.getKey() + " credentials cannot be read");
            }
        }
        roster(out, user);
        List<Node> blocked = await(server.accounts().settings(user, Pie.BLOCKING)).keySet().stream()
                .<Node>map(jid -> Element.builder(Namespaces.BLOCKING, "item")
                        .attribute("jid", jid)
                        .build())
                .toList();
        if (!blocked.isEmpty()) {
            element(out, Element.of(Namespaces.BLOCKING, "blocklist", List.of(), blocked));
        }
        messages(out, user);
        print(out, "</user>\n");
    }

    private void roster(OutputStream out, Jid user) throws IOException, StoreException {
        List<Node> items = new ArrayList<>();
        List<Element> requests = new ArrayList<>();
        for (Map.Entry<String, String> stored :
                await(server.accounts().settings(user, Pie.ROSTER)).entrySet()) {
            try {
                Element item = codec.parse(stored.getValue().getBytes(UTF_8), "");
                item.child(Namespaces.CLIENT, "presence")
                        .ifPresent(request -> requests.add(
                                request.withAttribute("from", stored.getKey()).withAttribute("type", "subscribe")));
                if (!"false".equals(item.attribute("listed"))) {
                    items.add(item.without(child -> child.is(Namespaces.CLIENT, "presence")));
                }
            } catch (XmlStreamException e) {
                troubles.add(user + ": its contact " + stored.getKey() + " cannot be read");
            }
        }
        if (!items.isEmpty()) {
            element(out, Element.of(Namespaces.ROSTER, "query", List.of(), items));
        }
        for (Element request : requests) {
            element(out, request);
        }
    }

    private void messages(OutputStream out, Jid user) throws IOException, StoreException {
        long after = 0;
        boolean any = false;
        while (true) {
            List<StoredMessage> page = await(server.delivery().page(user, after, ROWS, BYTES));
            if (page.isEmpty()) {
                break;
            }
            for (StoredMessage row : page) {
                try {
                    Element stanza = marked(row, codec.parse(row.stanza(), Namespaces.CLIENT));
                    print(out, any ? "" : "<offline-messages>\n");
                    any = true;
                    element(out, stanza);
                    messages.incrementAndGet();
                } catch (XmlStreamException e) {
                    troubles.add("message " + row.id() + " for " + user + " is not well-formed: " + e.getMessage());
                }
            }
            mayGoOn();
            after = page.get(page.size() - 1).id();
        }
        print(out, any ? "</offline-messages>\n" : "");
    }

    private static Element marked(StoredMessage row, Element stanza) {
        return stanza.withAttribute(Pie.ROW, Pie.ID, Long.toString(row.id()))
                .withAttribute(Pie.ROW, Pie.SENDER, row.sender().toString())
                .withAttribute(Pie.ROW, Pie.RECEIVED, row.receivedAt().toString())
                .withAttribute(
                        Pie.ROW,
                        Pie.EXPIRES,
                        row.expiresAt() == null ? null : row.expiresAt().toString())
                .withAttribute(Pie.ROW, Pie.KIND, Integer.toString(row.kind().code()));
    }

    private void element(OutputStream out, Element element) throws IOException {
        out.write(codec.serialize(element, Pie.NAMESPACE));
        out.write('\n');
    }

    /** The opening tag of an element without content. */
    private String opening(Element empty, String inScope) {
        String whole = new String(codec.serialize(empty, inScope), UTF_8);
        return whole.endsWith("/>")
                ? whole.substring(0, whole.length() - 2) + '>'
                : whole.substring(0, whole.lastIndexOf("</"));
    }

    private static void print(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(UTF_8));
    }

    @Override
    public String progress() {
        return users + " accounts and " + messages + " messages written";
    }

    @Override
    void report(List<String> lines) {
        lines.add(users + " accounts and " + messages + " messages written to " + file);
        if (!troubles.isEmpty()) {
            lines.add(troubles.size() + " things could not be written:");
            troubles.stream().limit(Import.NAMED).forEach(trouble -> lines.add("    " + trouble));
        }
    }
}
