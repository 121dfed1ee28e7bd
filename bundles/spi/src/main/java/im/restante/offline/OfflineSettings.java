package im.restante.offline;

import static java.util.Objects.requireNonNull;

import im.restante.config.Settings;
import im.restante.config.SettingsDescriptor;
import im.restante.session.ProofPolicy;
import java.time.Duration;
import java.util.Map;

/**
 * The settings of {@code im.restante.offline}. Each bundle that acts on some of them reads them all, so that a bad value leaves the
 * last good ones in force everywhere.
 *
 * @param storing      whether anything is stored at all
 * @param store        {@code store.id} of the store that takes new messages; empty: the one of the highest ranking
 * @param window       messages handed to a session without proof, 1 to 500
 * @param windowBytes  bytes of them; one message may be larger
 * @param journal      whether messages for somebody present are committed before they are handed over, too
 * @param proof        when they count as received, and may be removed
 * @param storeTimeout how long a verdict may stay open, from the moment the stanza leaves the reader
 * @param spillLimit   rows that may be added for an owner who is present and slow
 * @param unknownUser  what a message to an account that does not exist is answered with
 * @param swapTimeout  how long a message waits for a bundle that is being replaced
 * @param retention    how long a message waits for its owner; zero: for ever
 */
public record OfflineSettings(
        boolean storing,
        String store,
        int window,
        long windowBytes,
        boolean journal,
        ProofPolicy proof,
        Duration storeTimeout,
        int spillLimit,
        UnknownUser unknownUser,
        Duration swapTimeout,
        Duration retention) {
    public static final String PID = "im.restante.offline";

    private static final String MSG_OFFLINE = "msg-offline";
    private static final String STORE = "store";
    private static final String WINDOW = "window";
    private static final String WINDOW_BYTES = "window-bytes";
    private static final String JOURNAL = "journal";
    private static final String PROOF = "proof";
    private static final String PROOF_TIMEOUT = "proof-timeout-seconds";
    private static final String STORE_TIMEOUT = "store-timeout-seconds";
    private static final String SPILL_LIMIT = "spill-limit";
    private static final String UNKNOWN_USER = "unknown-user";
    private static final String SWAP_TIMEOUT = "swap-timeout-seconds";
    private static final String RETENTION = "retention-days";

    private static final int HOUR = 3_600;
    private static final int CENTURY_OF_DAYS = 36_500;

    /** What can be configured. */
    public static final SettingsDescriptor DESCRIPTOR = SettingsDescriptor.of(
                    PID, "Restante: offline messages", "Messages for somebody who is away.")
            .flag(
                    MSG_OFFLINE,
                    true,
                    "Whether messages are stored at all. With false the sender gets an error; what waits is still"
                            + " delivered.")
            .text(STORE, "", "Which store takes new messages, by its store.id; empty: the one of the highest ranking.")
            .number(WINDOW, 100, 1, 500, "How many messages of a backlog are handed to a client before it proves them.")
            .number(
                    WINDOW_BYTES,
                    262_144,
                    1,
                    1 << 30,
                    "How many bytes of a backlog are handed to a client before it proves them; a single message may be larger.")
            .flag(
                    JOURNAL,
                    false,
                    "Whether messages for somebody who is connected are written to disk, too, before they count as"
                            + " taken, and kept until the client has proved them. Then a crash of the server loses"
                            + " nothing; each message costs what one for somebody away costs.")
            .choice(
                    PROOF,
                    ProofPolicy.Way.AUTO,
                    "What proves that a client has what it was given, so that it may be removed.\n"
                            + "auto: its acknowledgements where it uses stream management, else its answer to a ping; a"
                            + " client that answers no ping goes on as with write.\n"
                            + "sm: acknowledgements only; others get no stored messages.\n"
                            + "ping: answers to pings only.\n"
                            + "write: nothing; what was written to the socket counts as received.")
            .number(
                    PROOF_TIMEOUT,
                    60,
                    1,
                    HOUR,
                    "Seconds a client may leave that open before it counts as gone, or as one that answers no pings.")
            .number(STORE_TIMEOUT, 10, 1, HOUR, "Seconds a sender waits for the disk before it gets an error.")
            .number(
                    SPILL_LIMIT,
                    10_000,
                    0,
                    Integer.MAX_VALUE,
                    "How many messages may be added to a backlog while it is being handed over, before senders get an"
                            + " error.")
            .choice(
                    UNKNOWN_USER,
                    UnknownUser.ERROR,
                    "What the sender to an account that does not exist gets: an error, so that a typing error is"
                            + " noticed, or silence, so that names cannot be tried out.")
            .number(
                    SWAP_TIMEOUT,
                    5,
                    0,
                    HOUR,
                    "Seconds a message waits for a part of the server that is being replaced before its sender gets an"
                            + " error.")
            .number(
                    RETENTION,
                    0,
                    0,
                    CENTURY_OF_DAYS,
                    "Days a message waits for its owner before it is removed unread; 0: for ever. Applies to messages"
                            + " stored from now on.")
            .build();

    /** {@code unknown-user}. */
    public enum UnknownUser {
        /** {@code service-unavailable}. */
        ERROR,
        /** Nothing. */
        SILENCE
    }

    public OfflineSettings {
        requireNonNull(store, "store");
        requireNonNull(proof, "proof");
        requireNonNull(storeTimeout, "storeTimeout");
        requireNonNull(unknownUser, "unknownUser");
        requireNonNull(swapTimeout, "swapTimeout");
        requireNonNull(retention, "retention");
    }

    /** @throws im.restante.config.ConfigException for a value that is not usable */
    public static OfflineSettings of(Map<String, ?> values) {
        Settings settings = DESCRIPTOR.read(values);
        return new OfflineSettings(
                settings.flag(MSG_OFFLINE),
                settings.text(STORE),
                settings.integer(WINDOW),
                settings.number(WINDOW_BYTES),
                settings.flag(JOURNAL),
                new ProofPolicy(settings.choice(PROOF, ProofPolicy.Way.class), seconds(settings, PROOF_TIMEOUT)),
                seconds(settings, STORE_TIMEOUT),
                settings.integer(SPILL_LIMIT),
                settings.choice(UNKNOWN_USER, UnknownUser.class),
                seconds(settings, SWAP_TIMEOUT),
                Duration.ofDays(settings.number(RETENTION)));
    }

    /** {@link #store} alone, whatever the other values are. */
    public static String store(Map<String, ?> values) {
        return DESCRIPTOR.textOf(STORE, values);
    }

    private static Duration seconds(Settings settings, String key) {
        return Duration.ofSeconds(settings.number(key));
    }
}
