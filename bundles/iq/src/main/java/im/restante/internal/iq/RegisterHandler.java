package im.restante.internal.iq;

import im.restante.account.Accounts;
import im.restante.iq.FeatureProvider;
import im.restante.iq.IqHandler;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * What somebody who is logged in may do to his own account (XEP-0077 §3.2, §3.3): change the password, remove the account. Making
 * accounts belongs before the login, on a stream that has no session yet: c2s does that.
 */
@Component(
        service = {IqHandler.class, FeatureProvider.class},
        property = {IqHandler.NAMESPACE + "=" + Namespaces.REGISTER, IqHandler.ELEMENT + "=query"})
public final class RegisterHandler implements IqHandler, FeatureProvider {
    private final Accounts accounts;
    private final InTurn inTurn;

    @Activate
    public RegisterHandler(@Reference Accounts accounts, @Reference HandlerThreads workers) {
        this.accounts = accounts;
        this.inTurn = new InTurn(workers);
    }

    @Override
    public CompletionStage<Iq> handle(Iq request) {
        Jid account = request.from().bare();
        Element query = request.payload().orElseThrow();
        if (request.type() == Iq.Type.GET) {
            return ImmediateAnswers.result(request, form(account));
        }
        if (query.child(Namespaces.REGISTER, "remove").isPresent()) {
            return query.children().size() == 1
                    ? inTurn.run(account, () -> remove(request, account))
                    : ImmediateAnswers.error(request, Condition.BAD_REQUEST);
        }
        Optional<String> username = query.child(Namespaces.REGISTER, "username").map(Element::text);
        Optional<String> password = query.child(Namespaces.REGISTER, "password").map(Element::text);
        if (username.isEmpty() || password.isEmpty()) {
            return ImmediateAnswers.error(request, Condition.BAD_REQUEST, "Both username and password are needed");
        }
        if (!isNameOf(account, username.get())) {
            return ImmediateAnswers.error(
                    request, Condition.NOT_ALLOWED, "Only the password of your own account can be changed here");
        }
        return inTurn.run(account, () -> changePassword(request, account, password.get()));
    }

    private CompletionStage<Iq> remove(Iq request, Jid account) {
        return accounts.remove(account).thenApply(removed -> removed ? request.result() : noAccount(request));
    }

    private CompletionStage<Iq> changePassword(Iq request, Jid account, String password) {
        try {
            return accounts.changePassword(account, password)
                    .thenApply(changed -> changed ? request.result() : noAccount(request));
        } catch (IllegalArgumentException e) { // says what is wrong with it, not what it is
            return ImmediateAnswers.error(request, Condition.NOT_ACCEPTABLE, e.getMessage());
        }
    }

    private static Iq noAccount(Iq request) {
        return request.error(StanzaError.of(Condition.REGISTRATION_REQUIRED));
    }

    private static Element form(Jid account) {
        return Element.builder(Namespaces.REGISTER, "query")
                .child(Element.of(Namespaces.REGISTER, "registered"))
                .child(Element.of(
                        Namespaces.REGISTER,
                        "instructions",
                        "Send username and a new password to change the password."))
                .child(Element.of(Namespaces.REGISTER, "username", account.local()))
                .child(Element.of(Namespaces.REGISTER, "password"))
                .build();
    }

    private static boolean isNameOf(Jid account, String username) {
        try {
            return Jid.of(username, account.domain(), null).equals(account);
        } catch (InvalidJidException e) {
            return false;
        }
    }

    @Override
    public Set<String> serverFeatures() {
        return Set.of(Namespaces.REGISTER);
    }
}
