package im.restante.internal.c2s;

import im.restante.account.Accounts;
import im.restante.admin.Administrators;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.LogLimits;
import im.restante.internal.support.OutOfMemory;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.limit.Permission;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes accounts before the login (XEP-0077 §3.1) where the operator opened that; for one connection, on its reader's thread.
 * What somebody who is logged in may do to the own account is not part of a stream's negotiation and is not done here.
 *
 * <p>Nobody gets the name of an administrator, whether the account is there or not: whoever has it administers the server. While
 * nobody is present to say who is one, nobody is; when whoever can say it fails, no account is made, since the name may be such a one.
 */
final class Registration {
    private static final Logger LOG = LoggerFactory.getLogger(Registration.class);
    private static final String FEATURE = "http://jabber.org/features/iq-register";

    /** Names one may ask for on one connection until one is free. */
    private static final int MAX_TRIES = 5;

    private static final long ACCOUNTS_ANSWER_SECONDS = 15;

    private final Accounts accounts;
    private final Supplier<Administrators> administrators; // of null: nobody is one
    private final Jid domain;
    private final Guard guard;
    private final InetAddress client;
    private final String remote;
    private final LogLimits lines;
    private int triesLeft = MAX_TRIES;
    private int made;

    Registration(
            Accounts accounts,
            Supplier<Administrators> administrators,
            Jid domain,
            ClientAddress clientAddress,
            LogLimits lines) {
        this.accounts = accounts;
        this.administrators = administrators;
        this.domain = domain;
        this.guard = clientAddress.guard();
        this.client = clientAddress.address();
        this.remote = clientAddress.remote();
        this.lines = lines;
    }

    /** What the features of the stream say; empty if nobody may register. */
    List<Element> features() {
        return accounts.registrationOpen() ? List.of(Element.of(FEATURE, "register")) : List.of();
    }

    /** Whether this asks the server for an account, or how to get one. */
    boolean concerns(Element element) {
        return element.is(Namespaces.CLIENT, "iq")
                && ("get".equals(element.attribute("type")) || "set".equals(element.attribute("type")))
                && element.child(Namespaces.REGISTER, "query").isPresent()
                && isForTheServer(element.attribute("to"));
    }

    private boolean isForTheServer(String to) {
        try {
            return to == null || Jid.of(to).equals(domain);
        } catch (InvalidJidException e) {
            return false;
        }
    }

    /**
     * Blocks for the accounts.
     *
     * @param element        what {@link #concerns} this
     * @param mayTellSecrets whether a password may be sent on this stream
     */
    Element answer(Element element, boolean mayTellSecrets) throws InterruptedException {
        // The addresses of a client that is nobody yet say nothing: the one is ours, the other is not believed.
        // Nor is what it asked told back.
        Iq request = Iq.of(element.withAttribute("from", null).without(child -> true));
        return answer(request, element.child(Namespaces.REGISTER, "query").orElseThrow(), mayTellSecrets)
                .element();
    }

    private Iq answer(Iq request, Element query, boolean mayTellSecrets) throws InterruptedException {
        if (!accounts.registrationOpen()) {
            return refused(request, Condition.NOT_ALLOWED, "Accounts are made by the operator of this server");
        }
        if (!mayTellSecrets) {
            return refused(request, Condition.POLICY_VIOLATION, "Encrypt the stream first");
        }
        if (request.type() == Iq.Type.GET) {
            return request.result(form());
        }
        if (query.child(Namespaces.REGISTER, "remove").isPresent()) {
            return refused(request, Condition.UNEXPECTED_REQUEST, "Log in first");
        }
        int most = guard.accountsPerConnection();
        if (triesLeft == 0 || most >= 0 && made >= most) {
            return refused(request, Condition.RESOURCE_CONSTRAINT, "Enough accounts were asked for on this connection");
        }
        if (guard.register(client) instanceof Permission.Refused refused) {
            return request.error(StanzaError.of(Condition.RESOURCE_CONSTRAINT, refused.text()));
        }
        triesLeft--;
        Optional<String> username = query.child(Namespaces.REGISTER, "username").map(Element::text);
        Optional<String> password = query.child(Namespaces.REGISTER, "password").map(Element::text);
        if (username.isEmpty() || password.isEmpty()) {
            return refused(request, Condition.NOT_ACCEPTABLE, "Both username and password are needed");
        }
        return create(request, username.get(), password.get());
    }

    private Iq create(Iq request, String username, String password) throws InterruptedException {
        try {
            Jid account = Jid.of(username, domain.domain(), null);
            if (isAdministrators(account)
                    || !accounts.create(account, password, client)
                            .toCompletableFuture()
                            .get(ACCOUNTS_ANSWER_SECONDS, TimeUnit.SECONDS)) {
                return refused(request, Condition.CONFLICT, "That username is taken");
            }
            made++;
            triesLeft = MAX_TRIES;
            LOG.info("{}: registered {}", remote, account);
            return request.result();
        } catch (InvalidJidException e) {
            return refused(request, Condition.JID_MALFORMED, "Not a username: " + e.getMessage());
        } catch (IllegalArgumentException e) { // says what is wrong with the password, not what it is
            return refused(request, Condition.NOT_ACCEPTABLE, e.getMessage());
        } catch (ExecutionException | TimeoutException e) {
            LogLimit limit = lines.of("register");
            if (limit.isDue()) {
                LOG.warn("{}: cannot register an account: {}{}", remote, e.getMessage(), limit.more());
            }
            return request.error(StanzaError.of(Condition.RESOURCE_CONSTRAINT, "Try again later"));
        }
    }

    /** @throws ExecutionException if whoever knows it fails */
    private boolean isAdministrators(Jid account) throws ExecutionException {
        Administrators present = administrators.get();
        try {
            return present != null && present.isAdministrator(account);
        } catch (Throwable e) { // anybody's; a LinkageError when bundles are exchanged
            OutOfMemory.endsProcess(e);
            throw new ExecutionException("who is an administrator cannot be told", e);
        }
    }

    private static Iq refused(Iq request, Condition condition, String text) {
        return request.error(StanzaError.of(condition, text));
    }

    private static Element form() {
        return Element.builder(Namespaces.REGISTER, "query")
                .child(Element.of(Namespaces.REGISTER, "instructions", "Choose a username and a password."))
                .child(Element.of(Namespaces.REGISTER, "username"))
                .child(Element.of(Namespaces.REGISTER, "password"))
                .build();
    }
}
