package im.restante.session;

import static java.util.Objects.requireNonNull;

import im.restante.xml.Element;

/** What becomes of one incoming stanza, as far as the connection must know. */
public sealed interface Outcome {
    /** Nothing for the connection to do. */
    Outcome DONE = new Done();

    /** Judged or routed; whatever there was to say has been offered to the links concerned. */
    record Done() implements Outcome {}

    /**
     * To be sent on this connection when every stanza before is final: the answer to an IQ that was addressed to the server or
     * to the user's own account. It tells the client that what it sent before is taken.
     */
    record Answer(Element stanza) implements Outcome {
        public Answer {
            requireNonNull(stanza, "stanza");
        }
    }
}
