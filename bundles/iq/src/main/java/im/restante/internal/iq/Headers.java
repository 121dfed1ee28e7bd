package im.restante.internal.iq;

import im.restante.jid.Jid;
import im.restante.session.Retrieval;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** The headers of one answer, gathered page by page. */
final class Headers {
    /** In one answer; who wants more asks for the next portion (XEP-0059). */
    static final int MOST = 1_000;

    /** Characters of their attributes: an answer must fit into what may wait for a client. */
    static final int MOST_CHARACTERS = 256 * 1024;

    private static final int PAGE_ROWS = 100;
    private static final long PAGE_BYTES = 256 * 1024;

    private final Retrieval retrieval;
    private final WaitingStanzas stanzas;
    private final Jid owner;
    private final Portion portion;
    private final Executor workers;
    private final Deque<Element> gathered = new ArrayDeque<>();
    private int characters;
    private boolean cut;

    Headers(Retrieval retrieval, WaitingStanzas stanzas, Jid owner, Portion portion, Executor workers) {
        this.retrieval = retrieval;
        this.stanzas = stanzas;
        this.owner = owner;
        this.portion = portion;
        this.workers = workers;
    }

    /** The payload of the answer. */
    CompletionStage<Element> read() {
        CompletionStage<Void> gathering =
                portion.max() == 0 ? CompletableFuture.completedFuture(null) : gather(portion.after());
        return gathering.thenCompose(all -> retrieval.count(owner)).thenApply(this::answer);
    }

    private CompletionStage<Void> gather(long after) {
        return retrieval
                .page(owner, after, PAGE_ROWS, PAGE_BYTES)
                .thenComposeAsync(this::gathered, workers); // not nested: many pages would need a deep stack
    }

    private CompletionStage<Void> gathered(List<StoredMessage> page) {
        for (StoredMessage row : page) {
            if (portion.before() != 0 && row.id() >= portion.before() || !add(row)) {
                return CompletableFuture.completedFuture(null);
            }
        }
        return page.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : gather(page.get(page.size() - 1).id());
    }

    /** @return whether more are wanted */
    private boolean add(StoredMessage row) {
        Element header = header(row);
        characters += size(header);
        gathered.add(header);
        while (gathered.size() > portion.max() || characters > MOST_CHARACTERS && gathered.size() > 1) {
            cut = true;
            characters -= size(portion.fromLast() ? gathered.pollFirst() : gathered.pollLast());
            if (!portion.fromLast()) {
                return false;
            }
        }
        return true;
    }

    private Element header(StoredMessage row) {
        return Element.builder(Namespaces.DISCO_ITEMS, "item")
                .attribute("jid", owner.toString())
                .attribute("node", Nodes.of(row.id()))
                .attribute("name", sender(row))
                .build();
    }

    private static int size(Element header) {
        return header.attributes().stream()
                .mapToInt(attribute -> attribute.value().length())
                .sum();
    }

    /** The full address, which only the stanza has. */
    private String sender(StoredMessage row) {
        return stanzas.read(row)
                .map(stanza -> stanza.attribute("from"))
                .orElseGet(() -> row.sender().toString());
    }

    private Element answer(long count) {
        Element.Builder query = Element.builder(Namespaces.DISCO_ITEMS, "query")
                .attribute("node", Namespaces.OFFLINE)
                .children(gathered);
        return portion.asked() || cut ? query.child(set(count)).build() : query.build();
    }

    private Element set(long count) {
        Element.Builder set = Element.builder(Portion.RSM, "set");
        if (!gathered.isEmpty()) {
            set.child(Element.of(Portion.RSM, "first", gathered.peekFirst().attribute("node")))
                    .child(Element.of(Portion.RSM, "last", gathered.peekLast().attribute("node")));
        }
        return set.child(Element.of(Portion.RSM, "count", Long.toString(count))).build();
    }
}
