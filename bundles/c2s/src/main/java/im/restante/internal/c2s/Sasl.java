package im.restante.internal.c2s;

import im.restante.account.Accounts;
import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.internal.c2s.SaslFailure.Condition;
import im.restante.internal.support.Lexical;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.xml.Element;
import im.restante.xml.StanzaReader;
import im.restante.xml.XmlStreamException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Logs a client in (RFC 6120 §6): the mechanisms of one stream, and the exchange of one try. */
final class Sasl {
    private static final String PLAIN = "PLAIN";
    private static final String SCRAM = "SCRAM-";
    private static final String PLUS = "-PLUS";
    private static final long ACCOUNTS_ANSWER_SECONDS = 15;
    private static final byte[] NOTHING = {};

    private final Accounts accounts;
    private final Jid domain;
    private final Map<String, byte[]> bindings;
    private final List<String> mechanisms;
    private final StanzaReader reader;
    private final Consumer<Element> output;
    private final Consumer<Jid> named;
    private final LoginTries tries;

    /**
     * @param bindings data of the channel by type; empty without TLS
     * @param named    told who wants to log in, before the accounts are asked
     */
    Sasl(
            Accounts accounts,
            Jid domain,
            Map<String, byte[]> bindings,
            boolean offered,
            StanzaReader reader,
            Consumer<Element> output,
            Consumer<Jid> named,
            LoginTries tries) {
        this.accounts = accounts;
        this.domain = domain;
        this.bindings = bindings;
        this.mechanisms = offered ? mechanisms(!bindings.isEmpty()) : List.of();
        this.reader = reader;
        this.output = output;
        this.named = named;
        this.tries = tries;
    }

    private static List<String> mechanisms(boolean plus) {
        List<String> names = new ArrayList<>();
        if (plus) {
            names.add("SCRAM-SHA-256-PLUS");
            names.add("SCRAM-SHA-1-PLUS");
        }
        names.add("SCRAM-SHA-256");
        names.add("SCRAM-SHA-1");
        names.add(PLAIN);
        return names;
    }

    /** What the features of the stream say; the best mechanism first. Empty if there is nothing to offer. */
    List<Element> features() {
        if (mechanisms.isEmpty()) {
            return List.of();
        }
        Element.Builder offered = Element.builder(StreamXml.SASL, "mechanisms");
        mechanisms.forEach(name -> offered.child(Element.of(StreamXml.SASL, "mechanism", name)));
        if (bindings.isEmpty()) {
            return List.of(offered.build());
        }
        Element.Builder types = Element.builder(StreamXml.CHANNEL_BINDING, "sasl-channel-binding");
        bindings.keySet()
                .forEach(type -> types.child(Element.builder(StreamXml.CHANNEL_BINDING, "channel-binding")
                        .attribute("type", type)
                        .build()));
        return List.of(offered.build(), types.build());
    }

    /**
     * One try. Blocks for the client's messages and for the accounts. On success {@code <success/>} has been sent.
     *
     * @return the account, bare; null if the client closed its stream
     * @throws SaslFailure if the client may try again, after it has been told
     */
    Jid authenticate(Element auth) throws SaslFailure, IOException, XmlStreamException, InterruptedException {
        String mechanism = auth.attribute("mechanism");
        if (mechanisms.isEmpty()) {
            throw new SaslFailure(Condition.ENCRYPTION_REQUIRED, "no TLS");
        }
        if (mechanism == null || !mechanisms.contains(mechanism)) {
            throw new SaslFailure(Condition.INVALID_MECHANISM, "a mechanism that is not offered");
        }
        String initial = auth.text();
        byte[] first;
        if (initial.isEmpty()) {
            first = answerTo(NOTHING);
        } else {
            first = initial.equals("=") ? NOTHING : base64(initial);
        }
        if (first == null) {
            return null;
        }
        return mechanism.equals(PLAIN) ? plain(first) : scram(mechanism, first);
    }

    private Jid plain(byte[] message) throws SaslFailure, IOException, InterruptedException {
        String[] parts = ScramExchange.text(message).split("\0", -1);
        if (parts.length != 3 || parts[1].isEmpty() || parts[2].isEmpty()) {
            throw new SaslFailure(Condition.MALFORMED_REQUEST, "not authzid NUL authcid NUL password");
        }
        Jid account = account(parts[1], parts[0].isEmpty() ? null : parts[0]);
        tries.begin(account);
        boolean right = await(accounts.verify(account, parts[2], tries.client()));
        tries.ended(account, right);
        if (!right) {
            throw SaslFailure.wrong("wrong password or no such user: " + account);
        }
        output.accept(Element.of(StreamXml.SASL, "success"));
        return account;
    }

    private Jid scram(String mechanism, byte[] message)
            throws SaslFailure, IOException, XmlStreamException, InterruptedException {
        boolean plus = mechanism.endsWith(PLUS);
        ScramHash hash = mechanism.startsWith(SCRAM + "SHA-256") ? ScramHash.SHA_256 : ScramHash.SHA_1;
        ScramExchange exchange = new ScramExchange(hash, plus, !bindings.isEmpty(), bindings, StreamXml.randomId());
        exchange.clientFirst(message);
        Jid account = account(exchange.username(), exchange.authzid());
        tries.begin(account);
        ScramCredentials credentials = await(accounts.credentials(account, hash, tries.client()));
        byte[] answer = answerTo(exchange.challenge(credentials));
        if (answer == null) {
            return null;
        }
        byte[] last = exchange.clientFinal(answer);
        tries.ended(account, last != null);
        if (last == null) {
            throw SaslFailure.wrong("wrong password, channel or nonce, or no such user: " + account);
        }
        output.accept(Element.of(StreamXml.SASL, "success", Base64.getEncoder().encodeToString(last)));
        return account;
    }

    /** Sends a challenge. @return what the client says to it; null if it closed its stream */
    private byte[] answerTo(byte[] challenge) throws SaslFailure, IOException, XmlStreamException {
        output.accept(
                challenge.length == 0
                        ? Element.of(StreamXml.SASL, "challenge")
                        : Element.of(
                                StreamXml.SASL, "challenge", Base64.getEncoder().encodeToString(challenge)));
        Element response = reader.next();
        if (response == null) {
            return null;
        }
        if (response.is(StreamXml.SASL, "abort")) {
            throw new SaslFailure(Condition.ABORTED, "aborted by the client");
        }
        if (!response.is(StreamXml.SASL, "response")) {
            throw new SaslFailure(Condition.MALFORMED_REQUEST, "not a response");
        }
        String text = response.text();
        return text.equals("=") ? NOTHING : base64(text);
    }

    /** A user logs in as itself only (RFC 6120 §6.3.8). */
    private Jid account(String username, String authzid) throws SaslFailure {
        Jid account;
        try {
            account = Jid.of(username, domain.domain(), null);
        } catch (InvalidJidException e) {
            throw new SaslFailure(Condition.NOT_AUTHORIZED, "a user name that cannot be one");
        }
        if (authzid != null && !sameAddress(account, authzid)) {
            throw new SaslFailure(Condition.INVALID_AUTHZID, "wants to act as somebody else: " + account);
        }
        named.accept(account);
        return account;
    }

    private static boolean sameAddress(Jid account, String authzid) {
        try {
            return Jid.of(authzid).equals(account);
        } catch (InvalidJidException e) {
            return false;
        }
    }

    private static <T> T await(CompletionStage<T> answer) throws SaslFailure, InterruptedException {
        try {
            return answer.toCompletableFuture().get(ACCOUNTS_ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new SaslFailure(Condition.TEMPORARY_AUTH_FAILURE, "the accounts do not answer: " + e.getMessage());
        }
    }

    private static byte[] base64(String text) throws SaslFailure {
        try {
            return Lexical.base64(text);
        } catch (IllegalArgumentException e) {
            throw new SaslFailure(Condition.INCORRECT_ENCODING, "not base64");
        }
    }
}
