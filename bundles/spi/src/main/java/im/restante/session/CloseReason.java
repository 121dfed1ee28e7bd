package im.restante.session;

/** How a connection came to its end. */
public enum CloseReason {
    /** The client closed its stream (RFC 6120 §4.4) and TCP ended without a reset. */
    ORDERLY,
    /** TCP broke or was silent for too long. */
    CUT,
    /** The server ended it: a stream error, a conflict, a shutdown. */
    CLOSED_BY_SERVER
}
