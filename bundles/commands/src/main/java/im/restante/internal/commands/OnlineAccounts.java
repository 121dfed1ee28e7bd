package im.restante.internal.commands;

import im.restante.admin.SessionDetails;
import im.restante.jid.Jid;
import java.util.List;

/** Who is online (XEP-0133 §4.15): accounts with a session that has sent available presence. */
final class OnlineAccounts {
    private OnlineAccounts() {}

    /** Bare, each once, in the order of their text. */
    static List<Jid> of(List<SessionDetails> sessions) {
        return sessions.stream()
                .filter(SessionDetails::isAvailable)
                .map(session -> session.jid().bare())
                .distinct()
                .sorted()
                .toList();
    }
}
