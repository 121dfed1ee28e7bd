package im.restante.internal.commands;

import im.restante.command.CommandStep;
import im.restante.form.FormAnswer;
import im.restante.jid.Jid;
import java.util.ArrayList;
import java.util.List;

/**
 * One command under way: the forms that were asked, and what was filled in. Between the forms {@code n + 1} and {@code n} is the answer
 * {@code n}. Guarded by the {@link Executions} that keep it, except for whoever has taken it for a step.
 */
final class Execution {
    final String id;
    final Jid requester;
    final String node;
    /** Which service has begun it; another one for the same node cannot go on with it. */
    final Object serviceId;
    /** Whether administrators alone may go on with it. */
    final boolean isForAdministrators;

    private final List<CommandStep.Ask> asked = new ArrayList<>();
    private final List<FormAnswer> answers = new ArrayList<>();
    private int size;

    /** Of the Executions: when it was begun, when it was last heard of, and whether a step is under way. */
    final long begunNanos;

    long touchedNanos;

    boolean isTaken;

    Execution(String id, Jid requester, String node, Object serviceId, boolean isForAdministrators, long now) {
        this.id = id;
        this.requester = requester;
        this.node = node;
        this.serviceId = serviceId;
        this.isForAdministrators = isForAdministrators;
        this.begunNanos = now;
        this.touchedNanos = now;
    }

    /** The form that is to be filled in. */
    CommandStep.Ask asking() {
        return asked.get(asked.size() - 1);
    }

    boolean isAtStart() {
        return answers.isEmpty();
    }

    int stages() {
        return asked.size();
    }

    /** Characters of all that was filled in. */
    int size() {
        return size;
    }

    List<FormAnswer> with(FormAnswer next) {
        List<FormAnswer> all = new ArrayList<>(answers);
        all.add(next);
        return all;
    }

    /** @param answer what was filled in before; null at the start */
    void ask(FormAnswer answer, CommandStep.Ask next) {
        if (answer != null) {
            answers.add(answer);
            size += answer.size();
        }
        asked.add(next);
    }

    /** To the form before. */
    void back() {
        asked.remove(asked.size() - 1);
        size -= answers.remove(answers.size() - 1).size();
    }
}
