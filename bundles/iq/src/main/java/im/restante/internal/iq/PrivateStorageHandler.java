package im.restante.internal.iq;

import im.restante.account.Accounts;
import im.restante.account.Setting;
import im.restante.iq.FeatureProvider;
import im.restante.iq.IqHandler;
import im.restante.jid.Jid;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Keeps whatever elements a client wants to find again, one for each name and namespace (XEP-0049). Bounded for each account in
 * number and size. An element without attributes and content is the answer for what was never stored, so storing such a one
 * removes what was there.
 */
@Component(
        service = {IqHandler.class, FeatureProvider.class},
        property = {
            IqHandler.NAMESPACE + "=" + PrivateStorageHandler.PRIVATE,
            IqHandler.ELEMENT + "=query",
            IqHandler.SCOPE + "=" + IqHandler.OWN,
            IqHandler.SCOPE + "=" + IqHandler.OTHER
        })
public final class PrivateStorageHandler implements IqHandler, FeatureProvider {
    static final String PRIVATE = "jabber:iq:private";
    static final String NODE = "private";

    /** Elements of one account. */
    static final int MOST_ELEMENTS = 100;

    /** Bytes (UTF-8) of all elements of one account. */
    static final int MOST_BYTES = 256 * 1024;

    /** Characters of namespace and name together; what a key column takes. */
    private static final int LONGEST_KEY = 200;

    private final Accounts accounts;
    private final StoredElements stored;
    private final InTurn inTurn;

    @Activate
    public PrivateStorageHandler(
            @Reference Accounts accounts, @Reference XmlCodec codec, @Reference HandlerThreads workers) {
        this.accounts = accounts;
        this.stored = new StoredElements(codec);
        this.inTurn = new InTurn(workers);
    }

    @Override
    public CompletionStage<Iq> handle(Iq request) {
        if (!ImmediateAnswers.isOwn(request)) {
            return ImmediateAnswers.error(request, Condition.FORBIDDEN);
        }
        List<Element> wanted = request.payload().orElseThrow().children();
        boolean get = request.type() == Iq.Type.GET;
        if (wanted.isEmpty() || get && wanted.size() != 1) {
            return ImmediateAnswers.error(request, Condition.BAD_REQUEST);
        }
        for (Element element : wanted) {
            if (isReserved(element.namespace()) || key(element).length() > LONGEST_KEY) {
                return ImmediateAnswers.error(request, Condition.NOT_ACCEPTABLE);
            }
        }
        Jid owner = request.from().bare();
        return inTurn.run(owner, () -> get ? read(request, owner, wanted.get(0)) : write(request, owner, wanted));
    }

    private CompletionStage<Iq> read(Iq request, Jid owner, Element wanted) {
        return accounts.setting(owner, NODE, key(wanted))
                .thenApply(text ->
                        text.map(stored::element).orElseGet(() -> Element.of(wanted.namespace(), wanted.name())))
                .thenApply(found -> request.result(
                        Element.builder(PRIVATE, "query").child(found).build()));
    }

    private CompletionStage<Iq> write(Iq request, Jid owner, List<Element> elements) {
        return accounts.settings(owner, NODE).thenCompose(before -> {
            Map<String, String> after = new HashMap<>(before);
            List<Setting> changes = new ArrayList<>();
            long written = 0;
            for (Element element : elements) {
                if (written > MOST_BYTES) {
                    break; // each is written with the declarations around it: more than came, and refused below
                }
                boolean nothing =
                        element.content().isEmpty() && element.attributes().isEmpty();
                String text = nothing ? null : stored.text(element);
                changes.add(new Setting(NODE, key(element), text));
                written += text == null ? 0 : StoredElements.bytes(text);
                if (nothing) {
                    after.remove(key(element));
                } else {
                    after.put(key(element), text);
                }
            }
            if (written > MOST_BYTES
                    || after.size() > MOST_ELEMENTS
                    || after.values().stream().mapToLong(StoredElements::bytes).sum() > MOST_BYTES) {
                return CompletableFuture.completedFuture(request.error(StanzaError.of(
                        Condition.POLICY_VIOLATION,
                        "An account may store at most " + MOST_ELEMENTS + " elements with " + MOST_BYTES + " bytes")));
            }
            return accounts.write(owner, changes)
                    .thenApply(
                            done -> done ? request.result() : request.error(StanzaError.of(Condition.ITEM_NOT_FOUND)));
        });
    }

    /** XEP-0049 §7: what belongs to the protocol itself is not for storing. */
    private static boolean isReserved(String namespace) {
        return namespace.isEmpty()
                || namespace.equals(Namespaces.CLIENT)
                || namespace.equals("jabber:server")
                || namespace.startsWith("jabber:iq:")
                || namespace.equals(VCardHandler.VCARD);
    }

    /** A name has no blank in it, so this is unambiguous. */
    private static String key(Element element) {
        return element.name() + ' ' + element.namespace();
    }

    @Override
    public Set<String> serverFeatures() {
        return Set.of(PRIVATE);
    }

    @Override
    public Set<String> accountFeatures() {
        return Set.of(PRIVATE);
    }
}
