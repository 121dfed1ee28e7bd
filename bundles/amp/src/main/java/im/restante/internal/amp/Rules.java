package im.restante.internal.amp;

import im.restante.amp.MessageRules;
import im.restante.internal.amp.Rule.Happening;
import im.restante.stanza.Message;
import im.restante.xml.Element;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The {@code <amp/>} of a message (XEP-0079 §6.1).
 *
 * @param amp    as it came
 * @param rules  in their order
 * @param perHop whether servers on the way would apply them too; this one is both the first and the last
 */
record Rules(Element amp, List<Rule> rules, boolean perHop) {
    /** Of a message that carries some. */
    static Rules of(Message message) {
        return of(message.element().child(MessageRules.NAMESPACE, "amp").orElseThrow());
    }

    static Rules of(Element amp) {
        List<Rule> rules = new ArrayList<>();
        for (Element child : amp.children()) {
            if (child.is(MessageRules.NAMESPACE, "rule")) {
                rules.add(Rule.of(child));
            }
        }
        return new Rules(amp, List.copyOf(rules), "true".equals(amp.attribute("per-hop")));
    }

    boolean areWellFormed() {
        String hops = amp.attribute("per-hop");
        return !rules.isEmpty() && (hops == null || hops.equals("true") || hops.equals("false"));
    }

    /** Those for which that is true, as they came. */
    List<Element> those(Predicate<Rule> fault) {
        return rules.stream().filter(fault).map(Rule::element).toList();
    }

    /** The same without those whose moment had come then. */
    Rules notPassedAt(Instant then) {
        return new Rules(
                amp, rules.stream().filter(rule -> !rule.isPassed(then)).toList(), perHop);
    }

    /** The first that is met. */
    Optional<Rule> met(Happening what, Instant now) {
        return rules.stream().filter(rule -> rule.isMet(what, perHop, now)).findFirst();
    }

    /** The first {@code expire-at} that has come. */
    Optional<Rule> passed(Instant now) {
        return rules.stream()
                .filter(Rule::hasKnownAction)
                .filter(rule -> rule.isPassed(now))
                .findFirst();
    }

    /** The next moment at which a rule is met. */
    Optional<Instant> end() {
        return rules.stream()
                .filter(Rule::hasKnownAction)
                .map(Rule::time)
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder());
    }
}
