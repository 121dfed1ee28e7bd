package im.restante.internal.commands;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.admin.Administrators;
import im.restante.command.AdHocCommand;
import im.restante.command.CommandNote;
import im.restante.command.CommandRequest;
import im.restante.command.CommandStep;
import im.restante.form.DataForm;
import im.restante.form.FormAnswer;
import im.restante.internal.support.Failures;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Printable;
import im.restante.iq.DiscoveryNodes;
import im.restante.iq.FeatureProvider;
import im.restante.iq.IqHandler;
import im.restante.jid.Jid;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists the commands that are present, and leads a client through one (XEP-0050). It treats ours and other bundles' commands alike: each
 * is asked for one step at a time, with all that was filled in before.
 */
@Component(
        service = {IqHandler.class, DiscoveryNodes.class, FeatureProvider.class},
        property = {
            IqHandler.NAMESPACE + "=" + AdHocCommand.NAMESPACE,
            IqHandler.ELEMENT + "=command",
            IqHandler.SCOPE + "=" + IqHandler.SERVER,
            IqHandler.DEADLINE_SECONDS + ":Integer=0" // a step has its own
        })
public final class AdHocCommands implements IqHandler, DiscoveryNodes, FeatureProvider {
    /** As the router's for an IQ: the answers of a stream are given in order, so a client gets nothing else while it waits for one. */
    static final Duration STEP = Duration.ofSeconds(30);
    /** That may be filled in for one execution, as {@link FormAnswer#size} counts. */
    static final int MOST_CHARACTERS = 1 << 16;

    static final int MOST_STAGES = 16;

    private static final Logger LOG = LoggerFactory.getLogger(AdHocCommands.class);
    private static final int MOST_LANGUAGE = 64;

    private final Executions executions;
    private final Duration step;
    private final LogLimit failures = LogLimit.perMinute(System::nanoTime);
    private final LogLimit refusals = LogLimit.perMinute(System::nanoTime);
    private final Map<ServiceReference<AdHocCommand>, AdHocCommand> bound = new HashMap<>(); // guarded by this
    private volatile Map<String, Present> byNode = Map.of(); // by node, in their order
    private volatile Administrators administrators; // null: nobody is one

    private record Present(AdHocCommand command, Object serviceId, String node, String name, boolean isForEverybody) {
        static Present of(ServiceReference<AdHocCommand> reference, AdHocCommand command) {
            String node = String.valueOf(reference.getProperty(AdHocCommand.NODE));
            return new Present(
                    command,
                    reference.getProperty(Constants.SERVICE_ID),
                    node,
                    reference.getProperty(AdHocCommand.NAME) instanceof String name ? name : node,
                    AdHocCommand.EVERYBODY.equals(reference.getProperty(AdHocCommand.AUDIENCE)));
        }
    }

    private enum Action {
        EXECUTE,
        NEXT,
        PREV,
        COMPLETE,
        CANCEL
    }

    @Activate
    public AdHocCommands() {
        this(System::nanoTime, STEP);
    }

    AdHocCommands(LongSupplier nanoTime, Duration step) {
        this.executions = new Executions(nanoTime, step);
        this.step = step;
    }

    @Reference(
            service = AdHocCommand.class,
            target = "(" + AdHocCommand.NODE + "=*)",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            updated = "updatedCommand")
    synchronized void bindCommand(ServiceReference<AdHocCommand> reference, AdHocCommand command) {
        bound.put(reference, command);
        reorder();
    }

    synchronized void updatedCommand(ServiceReference<AdHocCommand> reference) {
        reorder();
    }

    void unbindCommand(ServiceReference<AdHocCommand> reference) {
        synchronized (this) {
            bound.remove(reference);
            reorder();
        }
        executions.endOf(reference.getProperty(Constants.SERVICE_ID));
    }

    private void reorder() {
        Map<String, Present> ordered = new TreeMap<>();
        bound.entrySet().stream()
                .sorted(Map.Entry.<ServiceReference<AdHocCommand>, AdHocCommand>comparingByKey()
                        .reversed())
                .map(one -> Present.of(one.getKey(), one.getValue()))
                .forEach(one -> ordered.putIfAbsent(one.node(), one));
        byNode = ordered;
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "updatedAdministrators")
    void bindAdministrators(Administrators present) {
        administrators = present;
        executions.endUnless(this::isAdministrator);
    }

    void updatedAdministrators(Administrators changed) {
        executions.endUnless(this::isAdministrator);
    }

    void unbindAdministrators(Administrators gone) {
        if (administrators == gone) { // else its successor is bound already
            administrators = null;
            executions.endUnless(this::isAdministrator);
        }
    }

    private boolean isAdministrator(Jid requester) {
        Administrators present = administrators;
        return present != null && Failures.orElse(() -> present.isAdministrator(requester), false, this::cannotTell);
    }

    private void cannotTell(Throwable problem) {
        if (failures.isDue()) {
            LOG.error("who is an administrator cannot be told; nobody is one{}", failures.more(), problem);
        }
    }

    private boolean mayRun(Present command, Jid requester) {
        return command.isForEverybody() || isAdministrator(requester);
    }

    @Override
    public Set<String> serverFeatures() {
        return Set.of(AdHocCommand.NAMESPACE);
    }

    // ---- service discovery (§2.1, §2.2)

    @Override
    public Optional<Iq> discover(Iq request, String node) {
        executions.forgetTheOld();
        boolean isInfo = request.payload().orElseThrow().namespace().equals(Namespaces.DISCO_INFO);
        if (node.equals(AdHocCommand.NAMESPACE)) {
            return Optional.of(request.result(isInfo ? listInfo() : list(request)));
        }
        Present command = byNode.get(node);
        if (command == null) {
            return Optional.empty();
        } else if (!mayRun(command, request.from())) {
            return Optional.of(CommandErrors.error(request, Condition.FORBIDDEN, null));
        }
        return Optional.of(request.result(
                isInfo
                        ? info(node, "command-node", command.name(), AdHocCommand.NAMESPACE, DataForm.NAMESPACE)
                        : query(Namespaces.DISCO_ITEMS, node).build()));
    }

    private static Element listInfo() {
        return info(
                AdHocCommand.NAMESPACE,
                "command-list",
                "Commands",
                Namespaces.DISCO_INFO,
                Namespaces.DISCO_ITEMS,
                AdHocCommand.NAMESPACE);
    }

    private Element list(Iq request) {
        Element.Builder query = query(Namespaces.DISCO_ITEMS, AdHocCommand.NAMESPACE);
        byNode.values().stream()
                .filter(command -> mayRun(command, request.from()))
                .map(command -> Element.builder(Namespaces.DISCO_ITEMS, "item")
                        .attribute("jid", request.to().toString())
                        .attribute("node", command.node())
                        .attribute("name", command.name())
                        .build())
                .forEach(query::child);
        return query.build();
    }

    private static Element info(String node, String type, String name, String... features) {
        Element.Builder query = query(Namespaces.DISCO_INFO, node)
                .child(Element.builder(Namespaces.DISCO_INFO, "identity")
                        .attribute("category", "automation")
                        .attribute("type", type)
                        .attribute("name", name)
                        .build());
        for (String feature : features) {
            query.child(Element.builder(Namespaces.DISCO_INFO, "feature")
                    .attribute("var", feature)
                    .build());
        }
        return query.build();
    }

    private static Element.Builder query(String namespace, String node) {
        return Element.builder(namespace, "query").attribute("node", node);
    }

    // ---- execution (§2.4)

    @Override
    public CompletionStage<Iq> handle(Iq request) {
        executions.forgetTheOld();
        Element asked = request.payload().orElseThrow();
        String node = asked.attribute("node");
        if (request.type() != Iq.Type.SET || node == null) {
            return completedFuture(CommandErrors.error(
                    request, Condition.BAD_REQUEST, "A command is a request of type set, and names its node"));
        }
        Optional<Action> action = action(asked.attribute("action"));
        if (action.isEmpty()) {
            return completedFuture(CommandErrors.malformedAction(request));
        } else if (!isLanguage(asked) || !isLanguage(request.element())) {
            return completedFuture(CommandErrors.badLocale(request));
        }
        Present command = byNode.get(node);
        if (command == null) {
            return completedFuture(
                    CommandErrors.error(request, Condition.ITEM_NOT_FOUND, "There is no such command here"));
        } else if (!mayRun(command, request.from())) {
            if (refusals.isDue()) {
                LOG.info(
                        "{} asked for the command {} and is no administrator{}",
                        Printable.line(request.from()),
                        node,
                        refusals.more());
            }
            return completedFuture(CommandErrors.error(request, Condition.FORBIDDEN, null));
        }
        String id = asked.attribute("sessionid");
        return id == null || id.isEmpty()
                ? begin(request, command, action.get())
                : goOn(request, command, action.get(), id);
    }

    private static Optional<Action> action(String word) {
        if (word == null || word.isEmpty()) {
            return Optional.of(Action.EXECUTE);
        }
        for (Action one : Action.values()) {
            if (one.name().toLowerCase(Locale.ROOT).equals(word)) {
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }

    private static boolean isLanguage(Element element) {
        String language = element.attribute(Namespaces.XML, "lang");
        return language == null || language.length() <= MOST_LANGUAGE; // whatever it says, the answer is English
    }

    private CompletionStage<Iq> begin(Iq request, Present command, Action action) {
        if (action != Action.EXECUTE) {
            return completedFuture(CommandErrors.badAction(request, "A command begins with the action execute"));
        }
        return executions
                .begin(request.from(), command.node(), command.serviceId(), !command.isForEverybody())
                .map(begun -> guarded(request, command, begun, () -> step(request, command, begun, null)))
                .orElseGet(() -> completedFuture(CommandErrors.error(
                        request, Condition.RESOURCE_CONSTRAINT, "Too many commands are under way; try again later")));
    }

    private CompletionStage<Iq> goOn(Iq request, Present command, Action action, String id) {
        Executions.Found found = executions.take(id, request.from(), command.node(), command.serviceId());
        if (found.missing() != null) {
            return completedFuture(
                    switch (found.missing()) {
                        case UNKNOWN -> CommandErrors.badSessionId(request);
                        case OVER -> CommandErrors.sessionExpired(request);
                        case BUSY ->
                            CommandErrors.error(
                                    request, Condition.UNEXPECTED_REQUEST, "The step before is still under way");
                    });
        }
        Execution taken = found.execution();
        return guarded(request, command, taken, () -> goOn(request, command, action, taken));
    }

    /** Whatever goes wrong, an execution that was taken is given back or over. */
    private CompletionStage<Iq> guarded(
            Iq request, Present command, Execution taken, Supplier<CompletionStage<Iq>> step) {
        return Failures.stage(step).exceptionally(problem -> {
            OutOfMemory.endsProcess(problem);
            executions.end(taken);
            report(command, problem);
            return CommandErrors.error(request, Condition.INTERNAL_SERVER_ERROR, null);
        });
    }

    private CompletionStage<Iq> goOn(Iq request, Present command, Action action, Execution taken) {
        boolean isLast = taken.asking().isLast();
        if (action == Action.CANCEL) {
            executions.end(taken);
            return completedFuture(request.result(answer(taken, "canceled").build()));
        } else if (action == Action.PREV && taken.isAtStart()
                || action == Action.NEXT && isLast
                || action == Action.COMPLETE && !isLast) {
            executions.release(taken);
            return completedFuture(CommandErrors.badAction(request, "This stage does not offer that action"));
        } else if (action == Action.PREV) {
            taken.back();
            return completedFuture(asking(request, taken));
        }
        FormAnswer answer;
        try {
            answer = SubmittedForm.read(taken.asking().form(), submitted(request));
            if (taken.size() + answer.size() > MOST_CHARACTERS) {
                throw new FormException("At most " + MOST_CHARACTERS + " characters may be filled in");
            }
        } catch (FormException e) {
            executions.release(taken);
            return completedFuture(CommandErrors.badPayload(request, e.getMessage()));
        }
        return step(request, command, taken, answer);
    }

    private static Element submitted(Iq request) throws FormException {
        return request.payload()
                .flatMap(command -> command.child(DataForm.NAMESPACE, "x"))
                .orElseThrow(() -> new FormException("The form of this stage is missing"));
    }

    /** @param answer what was filled in; null at the start */
    private CompletionStage<Iq> step(Iq request, Present command, Execution taken, FormAnswer answer) {
        CommandRequest asked = new CommandRequest(request.from(), answer == null ? List.of() : taken.with(answer));
        CompletableFuture<CommandStep> result =
                Failures.stage(() -> command.command().step(asked)).copy();
        if (!result.isDone()) {
            result.orTimeout(step.toMillis(), TimeUnit.MILLISECONDS);
        }
        return result.handle((next, problem) -> {
            if (next instanceof CommandStep.Ask ask && taken.stages() < MOST_STAGES) {
                taken.ask(answer, ask);
                return asking(request, taken);
            } else if (next instanceof CommandStep.Unfit unfit && answer != null) {
                return executions.release(taken)
                        ? CommandErrors.badPayload(request, unfit.reason())
                        : CommandErrors.sessionExpired(request);
            }
            executions.end(taken);
            if (next instanceof CommandStep.Done done) {
                return completed(request, taken, done);
            } else if (next instanceof CommandStep.Failed failed) {
                return CommandErrors.error(request, failed.error());
            }
            report(command, problem);
            return CommandErrors.error(request, Condition.INTERNAL_SERVER_ERROR, null);
        });
    }

    /** What was filled in belongs into no log. */
    private void report(Present command, Throwable problem) {
        if (failures.isDue()) {
            LOG.error(
                    "command {} with service.id={} failed, or did not answer as it should{}",
                    command.node(),
                    command.serviceId(),
                    failures.more(),
                    problem == null ? null : Failures.unwrap(problem));
        }
    }

    /** Gives the execution back. */
    private Iq asking(Iq request, Execution taken) {
        CommandStep.Ask ask = taken.asking();
        String forward = ask.isLast() ? "complete" : "next";
        Element.Builder actions =
                Element.builder(AdHocCommand.NAMESPACE, "actions").attribute("execute", forward);
        if (!taken.isAtStart()) {
            actions.child(Element.of(AdHocCommand.NAMESPACE, "prev"));
        }
        actions.child(Element.of(AdHocCommand.NAMESPACE, forward));
        Element command = answer(taken, "executing")
                .child(actions.build())
                .child(ask.form().toForm())
                .build();
        return executions.release(taken) ? request.result(command) : CommandErrors.sessionExpired(request);
    }

    private static Iq completed(Iq request, Execution ended, CommandStep.Done done) {
        Element.Builder command = answer(ended, "completed");
        for (CommandNote note : done.notes()) {
            command.child(Element.builder(AdHocCommand.NAMESPACE, "note")
                    .attribute("type", note.severity().name().toLowerCase(Locale.ROOT))
                    .text(note.text())
                    .build());
        }
        DataForm result = done.result();
        if (result != null) {
            command.child(result.toResult());
        }
        return request.result(command.build());
    }

    private static Element.Builder answer(Execution execution, String status) {
        return Element.builder(AdHocCommand.NAMESPACE, "command")
                .attribute("node", execution.node)
                .attribute("sessionid", execution.id)
                .attribute("status", status)
                .attribute(Namespaces.XML, "lang", "en");
    }
}
