package im.restante.internal.iq;

import im.restante.account.Accounts;
import im.restante.account.Setting;
import im.restante.iq.FeatureProvider;
import im.restante.iq.IqHandler;
import im.restante.jid.Jid;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.XmlCodec;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Keeps everybody's vCard (XEP-0054) and shows it to everybody. The answer for an account without one and for an account that does
 * not exist is the same, as §3 of that specification demands.
 */
@Component(
        service = {IqHandler.class, FeatureProvider.class},
        property = {
            IqHandler.NAMESPACE + "=" + VCardHandler.VCARD,
            IqHandler.ELEMENT + "=vCard",
            IqHandler.SCOPE + "=" + IqHandler.OWN,
            IqHandler.SCOPE + "=" + IqHandler.OTHER
        })
public final class VCardHandler implements IqHandler, FeatureProvider {
    static final String VCARD = "vcard-temp";
    static final String NODE = "vcard";
    static final String KEY = "vCard";

    /** Bytes (UTF-8) of one card; enough for a picture, too little to use the server as a disk. */
    static final int MOST_BYTES = 128 * 1024;

    private final Accounts accounts;
    private final StoredElements stored;
    private final InTurn inTurn;

    @Activate
    public VCardHandler(@Reference Accounts accounts, @Reference XmlCodec codec, @Reference HandlerThreads workers) {
        this.accounts = accounts;
        this.stored = new StoredElements(codec);
        this.inTurn = new InTurn(workers);
    }

    @Override
    public CompletionStage<Iq> handle(Iq request) {
        boolean own = ImmediateAnswers.isOwn(request);
        Jid asking = request.from().bare();
        if (request.type() == Iq.Type.GET) {
            return own ? inTurn.run(asking, () -> read(request, asking)) : read(request, request.to());
        }
        if (!own) {
            return ImmediateAnswers.error(request, Condition.FORBIDDEN);
        }
        String card = stored.text(request.payload().orElseThrow());
        if (StoredElements.bytes(card) > MOST_BYTES) {
            return ImmediateAnswers.error(
                    request, Condition.POLICY_VIOLATION, "A vCard may have at most " + MOST_BYTES + " bytes");
        }
        return inTurn.run(
                asking,
                () -> accounts.write(asking, List.of(new Setting(NODE, KEY, card)))
                        .thenApply(written ->
                                written ? request.result() : request.error(StanzaError.of(Condition.ITEM_NOT_FOUND))));
    }

    private CompletionStage<Iq> read(Iq request, Jid owner) {
        return accounts.setting(owner, NODE, KEY)
                .thenApply(card -> card.map(text -> request.result(stored.element(text)))
                        .orElseGet(() -> request.error(StanzaError.of(Condition.ITEM_NOT_FOUND))));
    }

    @Override
    public Set<String> serverFeatures() {
        return Set.of(VCARD);
    }

    @Override
    public Set<String> accountFeatures() {
        return Set.of(VCARD);
    }
}
