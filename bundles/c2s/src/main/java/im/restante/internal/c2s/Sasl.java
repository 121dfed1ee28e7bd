package im.restante.internal.c2s;

import im.restante.internal.support.Lexical;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.LogLimits;
import im.restante.internal.support.OutOfMemory;
import im.restante.jid.Jid;
import im.restante.sasl.SaslExchange;
import im.restante.sasl.SaslFailure;
import im.restante.sasl.SaslFailure.Condition;
import im.restante.sasl.SaslMechanism;
import im.restante.sasl.SaslStep;
import im.restante.xml.Element;
import im.restante.xml.StanzaReader;
import im.restante.xml.XmlStreamException;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs a client in (RFC 6120 §6): carries the messages of an exchange between the client and the mechanism it chose. */
final class Sasl {
    private static final Logger LOG = LoggerFactory.getLogger(Sasl.class);
    private static final byte[] NOTHING = {};

    private final boolean encrypted;
    private final Map<String, SaslMechanism> mechanisms;
    private final Set<String> bindings;
    private final Supplier<LoginTry> tries;
    private final StanzaReader reader;
    private final Consumer<Element> output;
    private final CompletableFuture<Void> over;
    private final LogLimits lines;

    /**
     * @param encrypted  whether secrets may be told on this stream
     * @param mechanisms what is offered, by name, the best first; empty: nobody may log in on this stream
     * @param bindings   the types of channel binding
     * @param tries      begins a try
     * @param over       completes when the connection ends
     */
    Sasl(
            boolean encrypted,
            Map<String, SaslMechanism> mechanisms,
            Set<String> bindings,
            Supplier<LoginTry> tries,
            StanzaReader reader,
            Consumer<Element> output,
            CompletableFuture<Void> over,
            LogLimits lines) {
        this.encrypted = encrypted;
        this.mechanisms = mechanisms;
        this.bindings = bindings;
        this.tries = tries;
        this.reader = reader;
        this.output = output;
        this.over = over;
        this.lines = lines;
    }

    /** What the features of the stream say; the best mechanism first. Empty if there is nothing to offer. */
    List<Element> features() {
        if (mechanisms.isEmpty()) {
            return List.of();
        }
        Element.Builder offered = Element.builder(StreamXml.SASL, "mechanisms");
        mechanisms.keySet().forEach(name -> offered.child(Element.of(StreamXml.SASL, "mechanism", name)));
        if (bindings.isEmpty()) {
            return List.of(offered.build());
        }
        Element.Builder types = Element.builder(StreamXml.CHANNEL_BINDING, "sasl-channel-binding");
        bindings.forEach(type -> types.child(Element.builder(StreamXml.CHANNEL_BINDING, "channel-binding")
                .attribute("type", type)
                .build()));
        return List.of(offered.build(), types.build());
    }

    /**
     * One try. Blocks for the client's messages and for the mechanism. On success {@code <success/>} has been sent.
     *
     * @return the account, bare; null if the client closed its stream
     * @throws SaslFailure if the client may try again, after it has been told
     */
    Jid authenticate(Element auth) throws SaslFailure, IOException, XmlStreamException, InterruptedException {
        String name = auth.attribute("mechanism");
        if (mechanisms.isEmpty()) {
            throw encrypted
                    ? new SaslFailure(Condition.TEMPORARY_AUTH_FAILURE, "there is no mechanism")
                    : new SaslFailure(Condition.ENCRYPTION_REQUIRED, "no TLS");
        }
        SaslMechanism mechanism = name == null ? null : mechanisms.get(name);
        if (mechanism == null) {
            throw new SaslFailure(Condition.INVALID_MECHANISM, "a mechanism that is not offered");
        }
        String initial = auth.text();
        byte[] first;
        if (initial.isEmpty()) {
            first = answerTo(NOTHING);
        } else {
            first = initial.equals("=") ? NOTHING : base64(initial);
        }
        LoginTry login = tries.get();
        try {
            return first == null ? null : authenticate(mechanism, login, first);
        } catch (SaslFailure e) {
            if (e.guess()) {
                login.ended(false);
            }
            throw e;
        } finally {
            login.close();
        }
    }

    private Jid authenticate(SaslMechanism mechanism, LoginTry login, byte[] first)
            throws SaslFailure, IOException, XmlStreamException, InterruptedException {
        SaslExchange exchange = null;
        byte[] message = first;
        while (message != null) {
            CompletableFuture<SaslStep> answer;
            try {
                exchange = exchange == null ? mechanism.begin(login) : exchange;
                answer = exchange.answer(message).toCompletableFuture();
            } catch (SaslFailure e) {
                throw e;
            } catch (Throwable e) { // a LinkageError when bundles are exchanged
                OutOfMemory.endsProcess(e);
                throw failed(mechanism, e);
            }
            SaslStep step = await(mechanism, answer);
            if (step instanceof SaslStep.Challenge challenge) {
                message = answerTo(challenge.data());
            } else if (step instanceof SaslStep.Success success && login.claimed() != null) {
                login.ended(true);
                output.accept(element("success", success.data()));
                return login.claimed();
            } else {
                throw failed(mechanism, new IllegalStateException("an exchange that ends with nobody: " + step));
            }
        }
        return null;
    }

    private SaslFailure failed(SaslMechanism mechanism, Throwable fault) {
        OutOfMemory.endsProcess(fault);
        LogLimit limit = lines.of("sasl");
        if (limit.isDue()) {
            LOG.error(
                    "{} failed; its client may try again{}",
                    mechanism.getClass().getName(),
                    limit.more(),
                    fault);
        }
        return new SaslFailure(Condition.TEMPORARY_AUTH_FAILURE, "its mechanism failed");
    }

    private SaslStep await(SaslMechanism mechanism, CompletableFuture<SaslStep> answer)
            throws SaslFailure, IOException, InterruptedException {
        try {
            CompletableFuture.anyOf(answer, over).get();
            if (answer.isDone()) {
                return answer.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SaslFailure failure ? failure : failed(mechanism, e.getCause());
        }
        throw new IOException("the connection ended while its client logged in");
    }

    private static Element element(String name, byte[] data) {
        return data == null
                ? Element.of(StreamXml.SASL, name)
                : Element.of(StreamXml.SASL, name, Base64.getEncoder().encodeToString(data));
    }

    /** Sends a challenge. @return what the client says to it; null if it closed its stream */
    private byte[] answerTo(byte[] challenge) throws SaslFailure, IOException, XmlStreamException {
        output.accept(element("challenge", challenge.length == 0 ? null : challenge));
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

    private static byte[] base64(String text) throws SaslFailure {
        try {
            return Lexical.base64(text);
        } catch (IllegalArgumentException e) {
            throw new SaslFailure(Condition.INCORRECT_ENCODING, "not base64");
        }
    }
}
