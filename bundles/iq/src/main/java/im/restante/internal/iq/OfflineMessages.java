package im.restante.internal.iq;

import im.restante.iq.FeatureProvider;
import im.restante.iq.IqHandler;
import im.restante.jid.Jid;
import im.restante.session.Retrieval;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlCodec;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Lets users deal with their waiting messages by hand (XEP-0013): ask how many there are and for a header of each, read and remove
 * some or all. Who asks or reads gets no flood of them. What is read is sent page by page, each when the one before is written or
 * acknowledged, and stays in the spool; the result follows the last, however long the client takes.
 */
@Component(
        service = {OfflineMessages.class, IqHandler.class, FeatureProvider.class},
        property = {
            IqHandler.NAMESPACE + "=" + Namespaces.OFFLINE,
            IqHandler.ELEMENT + "=" + OfflineMessages.OFFLINE,
            IqHandler.SCOPE + "=" + IqHandler.OWN,
            IqHandler.SCOPE + "=" + IqHandler.OTHER,
            IqHandler.DEADLINE_SECONDS + ":Integer=0"
        })
public final class OfflineMessages implements IqHandler, FeatureProvider {
    static final String OFFLINE = "offline";

    /** Of one page that is sent; a single message may be larger. */
    static final int PAGE_ROWS = 100;

    static final long PAGE_BYTES = 128 * 1024;

    static final String ITEM = "item";
    private static final String FORM = "jabber:x:data";
    private static final String VIEW = "view";
    private static final String REMOVE = "remove";
    private static final String FETCH = "fetch";
    private static final String PURGE = "purge";

    private final Retrieval retrieval;
    private final WaitingStanzas stanzas;
    private final RetrievedMessages copies;
    private final HandlerThreads workers;
    /** By session, so that a client that sends several requests at once finds what the first one left. */
    private final InTurn inTurn;

    @Activate
    public OfflineMessages(
            @Reference Retrieval retrieval, @Reference XmlCodec codec, @Reference HandlerThreads workers) {
        this.retrieval = retrieval;
        this.stanzas = new WaitingStanzas(codec);
        this.copies = new RetrievedMessages(retrieval, stanzas);
        this.inTurn = new InTurn(workers);
        this.workers = workers;
    }

    @Override
    public Set<String> serverFeatures() {
        return Set.of(Namespaces.OFFLINE);
    }

    @Override
    public Set<String> accountFeatures() {
        return Set.of(Namespaces.OFFLINE);
    }

    @Override
    public CompletionStage<Iq> handle(Iq request) {
        if (!ImmediateAnswers.isOwn(request)) {
            return ImmediateAnswers.error(request, Condition.FORBIDDEN);
        }
        List<Element> wishes = request.payload().orElseThrow().children();
        String action = action(wishes);
        if (action == null) {
            return ImmediateAnswers.error(
                    request, Condition.BAD_REQUEST, "One fetch, one purge, or items that all say view or all remove");
        }
        boolean removes = action.equals(REMOVE) || action.equals(PURGE);
        if (removes && request.type() != Iq.Type.SET) {
            return ImmediateAnswers.error(request, Condition.BAD_REQUEST, action + " needs an IQ of type set");
        }
        Jid session = request.from();
        if (!removes) {
            retrieval.hold(session);
        }
        return inTurn.run(session, () -> switch (action) {
            case VIEW -> new Some(request, page -> copies.send(session, page)).run();
            case REMOVE -> new Some(request, page -> removed(session, page)).run();
            case PURGE -> retrieval.purge(session.bare(), session).thenApply(done -> request.result());
            default -> fetch(session, 0).thenApply(complete -> complete ? request.result() : cut(request));
        });
    }

    /** What all the children want; null if they do not agree, or nobody knows what. */
    private static String action(List<Element> wishes) {
        if (wishes.size() == 1 && wishes.get(0).is(Namespaces.OFFLINE, FETCH)) {
            return FETCH;
        }
        if (wishes.size() == 1 && wishes.get(0).is(Namespaces.OFFLINE, PURGE)) {
            return PURGE;
        }
        String action = wishes.isEmpty() ? null : wishes.get(0).attribute("action");
        if (!VIEW.equals(action) && !REMOVE.equals(action)) {
            return null;
        }
        boolean agreed = wishes.stream()
                .allMatch(wish -> wish.is(Namespaces.OFFLINE, ITEM)
                        && wish.attribute("node") != null
                        && action.equals(wish.attribute("action")));
        return agreed ? action : null;
    }

    /** The answer to a question of service discovery for the number of messages (XEP-0013 §2.2). */
    CompletionStage<Iq> info(Iq request) {
        retrieval.hold(request.from());
        return inTurn.run(
                request.from(),
                () -> retrieval.count(request.from().bare()).thenApply(count -> request.result(description(count))));
    }

    private static Element description(long count) {
        return Element.builder(Namespaces.DISCO_INFO, "query")
                .attribute("node", Namespaces.OFFLINE)
                .child(Element.builder(Namespaces.DISCO_INFO, "identity")
                        .attribute("category", "automation")
                        .attribute("type", "message-list")
                        .build())
                .child(feature(Namespaces.OFFLINE))
                .child(feature(Portion.RSM))
                .child(Element.builder(FORM, "x")
                        .attribute("type", "result")
                        .child(field("FORM_TYPE", "hidden", Namespaces.OFFLINE))
                        .child(field("number_of_messages", null, Long.toString(count)))
                        .build())
                .build();
    }

    /** The answer to a question of service discovery for headers (XEP-0013 §2.3): all, or those of a portion. */
    CompletionStage<Iq> items(Iq request) {
        retrieval.hold(request.from());
        Portion portion = Portion.of(request.payload().orElseThrow(), Headers.MOST);
        if (portion.fault() != null) {
            return ImmediateAnswers.error(request, portion.fault());
        }
        Jid owner = request.from().bare();
        return inTurn.run(
                request.from(),
                () -> new Headers(retrieval, stanzas, owner, portion, workers)
                        .read()
                        .thenApply(request::result));
    }

    private static Element feature(String name) {
        return Element.builder(Namespaces.DISCO_INFO, "feature")
                .attribute("var", name)
                .build();
    }

    private static Element field(String name, String type, String value) {
        return Element.builder(FORM, "field")
                .attribute("var", name)
                .attribute("type", type)
                .child(Element.of(FORM, "value", value))
                .build();
    }

    /** @return whether the session got everything */
    private CompletionStage<Boolean> fetch(Jid session, long after) {
        return retrieval
                .page(session.bare(), after, PAGE_ROWS, PAGE_BYTES)
                .thenComposeAsync(
                        page -> fetched(session, page), workers); // not nested: many pages would need a deep stack
    }

    private CompletionStage<Boolean> fetched(Jid session, List<StoredMessage> page) {
        if (page.isEmpty()) {
            return CompletableFuture.completedFuture(true);
        }
        long last = page.get(page.size() - 1).id();
        return copies.send(session, page)
                .thenComposeAsync(
                        sent -> sent ? fetch(session, last) : CompletableFuture.completedFuture(false), workers);
    }

    private CompletionStage<Boolean> removed(Jid session, List<StoredMessage> page) {
        return retrieval.remove(session.bare(), page, session).thenApply(done -> true);
    }

    private static Iq cut(Iq request) {
        return request.error(
                StanzaError.of(Condition.RESOURCE_CONSTRAINT, "The connection was cut before all messages were sent"));
    }

    /** A request about some messages, which are looked up one after the other, in the order of their arrival. */
    private final class Some {
        private final Iq request;
        private final Function<List<StoredMessage>, CompletionStage<Boolean>> deed;
        private final Iterator<Long> wanted;
        private final List<String> missing = new ArrayList<>();
        private List<StoredMessage> page = new ArrayList<>();
        private long bytes;

        /** @param deed what is done to those that are there, some at a time; answers whether it makes sense to go on */
        Some(Iq request, Function<List<StoredMessage>, CompletionStage<Boolean>> deed) {
            this.request = request;
            this.deed = deed;
            TreeSet<Long> ids = new TreeSet<>();
            for (Element item : request.payload().orElseThrow().children()) {
                String node = item.attribute("node");
                long id = Nodes.id(node);
                if (id == 0) {
                    missing.add(node);
                } else {
                    ids.add(id);
                }
            }
            wanted = ids.iterator();
        }

        CompletionStage<Iq> run() {
            return next().thenApply(complete -> complete ? answer() : cut(request));
        }

        private CompletionStage<Boolean> next() {
            if (!wanted.hasNext()) {
                return page.isEmpty() ? CompletableFuture.completedFuture(true) : deed.apply(page);
            }
            long id = wanted.next();
            return retrieval
                    .page(request.from().bare(), id - 1, 1, 1)
                    .thenComposeAsync(found -> found(id, found), workers);
        }

        private CompletionStage<Boolean> found(long id, List<StoredMessage> found) {
            if (found.isEmpty() || found.get(0).id() != id) {
                missing.add(Nodes.of(id));
                return next();
            }
            page.add(found.get(0));
            bytes += found.get(0).sizeBytes();
            return page.size() < PAGE_ROWS && bytes < PAGE_BYTES ? next() : nextPage();
        }

        private CompletionStage<Boolean> nextPage() {
            List<StoredMessage> full = page;
            page = new ArrayList<>();
            bytes = 0;
            return deed.apply(full)
                    .thenComposeAsync(goOn -> goOn ? next() : CompletableFuture.completedFuture(false), workers);
        }

        /** Some were not there: the error names them; the others had what was wanted. */
        private Iq answer() {
            if (missing.isEmpty()) {
                return request.result();
            }
            Element.Builder names = Element.builder(Namespaces.OFFLINE, OFFLINE);
            missing.forEach(node -> names.child(Element.builder(Namespaces.OFFLINE, ITEM)
                    .attribute("node", node)
                    .build()));
            return request.error(
                    StanzaError.of(Condition.ITEM_NOT_FOUND).toElement().with(names.build()));
        }
    }
}
