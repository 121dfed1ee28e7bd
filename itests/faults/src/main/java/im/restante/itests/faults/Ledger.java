package im.restante.itests.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was sent to one recipient and what came, in one or several logins. Not for several threads: what clients gathered is
 * entered when they have ended.
 */
final class Ledger {
    private final Set<Mail> sent = new HashSet<>();
    private final Set<Mail> taken = new LinkedHashSet<>();
    private final Set<Mail> failed = new HashSet<>();
    private final List<List<Client.Received>> logins = new ArrayList<>();

    /** @param told what its sender knows of it in the end */
    void sent(Mail mail, Told told) {
        sent.add(mail);
        switch (told) {
            case TAKEN -> taken.add(mail);
            case FAILED -> failed.add(mail);
            case NOTHING -> {}
        }
    }

    void login(List<Client.Received> received) {
        logins.add(received);
    }

    /**
     * Counts.
     *
     * @param sent        messages written by senders
     * @param taken       of these, acknowledged by the server
     * @param delivered   different ones that came
     * @param lost        acknowledged and never came
     * @param doubled     came again
     * @param otherIds    came again with another stanza-id, or without one
     * @param outOfOrder  came behind a later one of the same sender
     * @param strange     were never sent to this recipient, or were not as sent
     * @param untrue      came although their sender was told that they failed
     */
    record Count(
            long sent,
            long taken,
            long delivered,
            long lost,
            long doubled,
            long otherIds,
            long outOfOrder,
            long strange,
            long untrue) {
        static final Count NONE = new Count(0, 0, 0, 0, 0, 0, 0, 0, 0);

        /** Where somebody had ordered that messages go. */
        Count withoutLost() {
            return new Count(sent, taken, delivered, 0, doubled, otherIds, outOfOrder, strange, untrue);
        }

        Count plus(Count more) {
            return new Count(
                    sent + more.sent,
                    taken + more.taken,
                    delivered + more.delivered,
                    lost + more.lost,
                    doubled + more.doubled,
                    otherIds + more.otherIds,
                    outOfOrder + more.outOfOrder,
                    strange + more.strange,
                    untrue + more.untrue);
        }
    }

    /** How far back, from the end of the first login, lies the oldest message that came again in a later one; 0: none did. */
    int cameAgain() {
        Set<Mail> later = new HashSet<>();
        logins.subList(1, logins.size())
                .forEach(login -> login.forEach(one -> one.mail().ifPresent(later::add)));
        List<Client.Received> first = logins.get(0);
        for (int n = 0; n < first.size(); n++) {
            if (first.get(n).mail().filter(later::contains).isPresent()) {
                return first.size() - n;
            }
        }
        return 0;
    }

    Count count() {
        Map<Mail, String> ids = new HashMap<>();
        Map<Integer, Long> lastNew = new HashMap<>();
        long doubled = 0;
        long otherIds = 0;
        long outOfOrder = 0;
        long strange = 0;
        for (List<Client.Received> login : logins) {
            Map<Integer, Long> last = new HashMap<>();
            for (Client.Received received : login) {
                Mail mail = received.mail().orElse(null);
                if (mail == null || !sent.contains(mail)) {
                    strange++;
                    continue;
                }
                boolean late = mail.number() < last.getOrDefault(mail.sender(), -1L);
                last.merge(mail.sender(), mail.number(), Math::max);
                String before = ids.putIfAbsent(mail, received.stanzaId());
                if (before != null) {
                    doubled++;
                    otherIds += before.isEmpty() || !before.equals(received.stanzaId()) ? 1 : 0;
                } else {
                    late |= mail.number() < lastNew.getOrDefault(mail.sender(), -1L);
                    lastNew.merge(mail.sender(), mail.number(), Math::max);
                }
                outOfOrder += late ? 1 : 0;
            }
        }
        long lost = taken.stream().filter(mail -> !ids.containsKey(mail)).count();
        long untrue = failed.stream().filter(ids::containsKey).count();
        return new Count(sent.size(), taken.size(), ids.size(), lost, doubled, otherIds, outOfOrder, strange, untrue);
    }
}
