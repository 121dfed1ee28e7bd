package im.restante.itests.faults;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one sender wrote with rules about expiry, what became of it at the recipients, and what the sender was told. Not for several
 * threads.
 */
final class RuledLedger {
    /**
     * What a message says of itself.
     *
     * @param goesOn whether it goes on waiting behind what its sender is told
     */
    record Ruled(boolean goesOn, Instant expires) {}

    /**
     * One login of a recipient.
     *
     * @param orderly whether nothing waited for him any more at its end: all that came was proved by then
     */
    record Visit(List<Client.Received> came, Instant begin, Instant end, boolean orderly) {
        /** Whether what was still in the spool then had expired. */
        boolean isBehind(Ruled ruled) {
            return begin.isAfter(ruled.expires());
        }

        /** Whether all that came in it had left the spool by then. */
        boolean isInTimeFor(Ruled ruled) {
            return orderly && end.isBefore(ruled.expires());
        }
    }

    private final Map<Mail, Ruled> sent = new HashMap<>();
    private final Set<Mail> failed = new HashSet<>();
    private final Map<Mail, List<Visit>> came = new HashMap<>();
    private final Map<Mail, String> stanzaIds = new HashMap<>();
    private final Map<Mail, Set<String>> told = new HashMap<>();
    private final Set<Mail> untrue = new HashSet<>();
    private long doubled;
    private long otherIds;
    private long strange;

    void sent(Mail mail, Ruled ruled) {
        sent.put(mail, ruled);
    }

    /** The sender was told that it is not taken, so nothing more is to come of it. To be called before the visits. */
    void failed(Mail mail) {
        sent.remove(mail);
        failed.add(mail);
    }

    void visit(Visit visit) {
        for (Client.Received one : visit.came()) {
            if (one.mail().filter(failed::contains).isPresent()) {
                untrue.add(one.mail().get());
                continue;
            }
            Mail mail = one.mail().filter(sent::containsKey).orElse(null);
            if (mail == null) {
                strange++;
                continue;
            }
            came.computeIfAbsent(mail, m -> new ArrayList<>()).add(visit);
            String before = stanzaIds.putIfAbsent(mail, one.stanzaId());
            doubled += before == null ? 0 : 1;
            otherIds += before == null || before.equals(one.stanzaId()) ? 0 : 1;
        }
    }

    /** Of one login of the sender. */
    void told(List<Client.Received> replies) {
        for (Client.Received reply : replies) {
            Mail mail = reply.mail().filter(sent::containsKey).orElse(null);
            if (mail == null) {
                strange++;
            } else if (!told.computeIfAbsent(mail, m -> new HashSet<>()).add(reply.stanzaId())) {
                doubled++; // the same reply, whose proof was lost
            }
        }
    }

    /** How many messages neither came nor were told of. @param replies what the sender has been told besides */
    int open(List<Client.Received> replies) {
        Set<Mail> open = new HashSet<>(sent.keySet());
        open.removeAll(came.keySet());
        open.removeAll(told.keySet());
        replies.forEach(reply -> reply.mail().ifPresent(open::remove));
        return open.size();
    }

    /** How many messages the sender was told of. */
    int told() {
        return told.size();
    }

    /** How many messages had left the spool on proof before their end. */
    long inTime() {
        return came.entrySet().stream()
                .filter(one -> one.getValue().stream().anyMatch(visit -> visit.isInTimeFor(sent.get(one.getKey()))))
                .count();
    }

    /**
     * To be called at the end. <i>Lost</i> is what neither came nor was told of, and what went on waiting and did not come; <i>other
     * id</i> a second reply; <i>strange</i> a reply about what was proved in time, and what came past its end or untold;
     * <i>untrue</i> what came although the sender was told that it failed.
     */
    Ledger.Count count() {
        Set<Mail> settled = new HashSet<>(came.keySet());
        settled.addAll(told.keySet());
        long lost = sent.size() - settled.size();
        long again = otherIds;
        long wrong = strange;
        for (Map.Entry<Mail, Ruled> one : sent.entrySet()) {
            Ruled ruled = one.getValue();
            List<Visit> visits = came.getOrDefault(one.getKey(), List.of());
            int replies = told.getOrDefault(one.getKey(), Set.of()).size();
            again += Math.max(0, replies - 1);
            if (ruled.goesOn()) {
                lost += replies > 0 && visits.isEmpty() ? 1 : 0;
                wrong += replies > 0 && visits.stream().anyMatch(visit -> visit.isInTimeFor(ruled)) ? 1 : 0;
                wrong += replies == 0 && visits.stream().anyMatch(visit -> visit.isBehind(ruled)) ? 1 : 0;
            } else {
                wrong += replies > 0 && visits.stream().anyMatch(Visit::orderly) ? 1 : 0;
                wrong += visits.stream().anyMatch(visit -> visit.isBehind(ruled)) ? 1 : 0;
            }
        }
        return new Ledger.Count(
                sent.size(), sent.size(), settled.size(), lost, doubled, again, 0, wrong, untrue.size());
    }
}
