package im.restante.internal.commands;

import static im.restante.internal.commands.Asked.JULIET;
import static im.restante.internal.commands.Asked.ROMEO;
import static im.restante.internal.commands.Asked.actions;
import static im.restante.internal.commands.Asked.await;
import static im.restante.internal.commands.Asked.command;
import static im.restante.internal.commands.Asked.error;
import static im.restante.internal.commands.Asked.fields;
import static im.restante.internal.commands.Asked.iq;
import static im.restante.internal.commands.Asked.result;
import static im.restante.internal.commands.Asked.session;
import static im.restante.internal.commands.Asked.status;
import static im.restante.internal.commands.Asked.submit;
import static im.restante.internal.commands.Asked.values;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.admin.Administrators;
import im.restante.command.AdHocCommand;
import im.restante.command.CommandNote;
import im.restante.command.CommandRequest;
import im.restante.command.CommandStep;
import im.restante.form.DataForm;
import im.restante.form.FormField;
import im.restante.form.FormField.Type;
import im.restante.itests.support.FakeReference;
import im.restante.jid.Jid;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdHocCommandsTest {
    private static final String ORDER = "urn:example:order";
    private static final String NOW = "urn:example:now";

    private final Set<Jid> admins = new HashSet<>(Set.of(JULIET.bare()));
    private final Administrators administrators = address -> admins.contains(address.bare());
    private final AtomicLong nanos = new AtomicLong();
    private final AdHocCommands commands = new AdHocCommands(nanos::get, Duration.ofSeconds(20));
    private CompletableFuture<CommandStep> slow;

    @BeforeEach
    void withTwoCommands() {
        commands.bindAdministrators(administrators);
        add(1, ORDER, "Order a dish", AdHocCommand.ADMINISTRATORS, this::order);
        add(2, NOW, "Now", AdHocCommand.EVERYBODY, request -> completedFuture(CommandStep.done()));
    }

    private void add(long id, String node, String name, String audience, AdHocCommand command) {
        commands.bindCommand(
                new FakeReference<>(
                        id,
                        0,
                        Map.of(AdHocCommand.NODE, node, AdHocCommand.NAME, name, AdHocCommand.AUDIENCE, audience)),
                command);
    }

    private static FakeReference<AdHocCommand> ofEverybody(long id, int ranking) {
        return new FakeReference<>(
                id, ranking, Map.of(AdHocCommand.NODE, NOW, AdHocCommand.AUDIENCE, AdHocCommand.EVERYBODY));
    }

    /** Two stages: what, and how many. */
    private CompletionStage<CommandStep> order(CommandRequest request) {
        if (slow != null) {
            return slow;
        }
        return completedFuture(
                switch (request.stage()) {
                    case 0 ->
                        CommandStep.ask(DataForm.of("urn:example:order")
                                .with(FormField.of("dish", Type.LIST_SINGLE)
                                        .withOption("Soup", "soup")
                                        .withOption("Fish", "fish")
                                        .withAnswerRequired()));
                    case 1 ->
                        CommandStep.askLast(
                                DataForm.of("urn:example:order").with(FormField.of("number", Type.TEXT_SINGLE)));
                    default -> {
                        String dish = request.answers().get(0).text("dish").orElseThrow();
                        String number = request.latest().text("number").orElse("1");
                        yield switch (number) {
                            case "0" -> CommandStep.unfit("At least one");
                            case "99" -> CommandStep.failed(StanzaError.of(StanzaError.Condition.CONFLICT, "sold out"));
                            case "100" -> throw new IllegalStateException("broken on purpose");
                            default ->
                                CommandStep.done(
                                        DataForm.of("urn:example:order")
                                                .with(FormField.of("ordered", Type.TEXT_SINGLE)
                                                        .withValue(number + ' ' + dish)),
                                        List.of(new CommandNote(CommandNote.Severity.INFO, "It is on its way")));
                        };
                    }
                });
    }

    private Element begin() throws Exception {
        return result(commands.handle(command(JULIET, ORDER, null, null)));
    }

    private CompletionStage<Iq> say(String session, String action, Element... content) {
        return commands.handle(command(JULIET, ORDER, session, action, content));
    }

    private Element second() throws Exception {
        return result(say(session(begin()), "next", submit("dish", "fish")));
    }

    @Test
    void aCommandWithoutAFormIsDoneAtOnce() throws Exception {
        Element answer = result(commands.handle(command(ROMEO, NOW, null, "execute")));
        assertEquals("completed", status(answer));
        assertEquals(NOW, answer.attribute("node"));
        assertFalse(session(answer).isEmpty());
        assertEquals("en", answer.attribute(Namespaces.XML, "lang"));
        assertEquals(List.of(), answer.children());
        assertEquals("not-allowed session-expired", error(commands.handle(command(ROMEO, NOW, session(answer), null))));
    }

    @Test
    void stagesFollowOneAnotherToTheEnd() throws Exception {
        Element first = begin();
        assertEquals("executing", status(first));
        assertEquals(List.of("next", "next"), actions(first));
        assertEquals(List.of("FORM_TYPE", "dish"), fields(first));
        Element second = result(say(session(first), null, submit("dish", "soup")));
        assertEquals(session(first), session(second));
        assertEquals(List.of("complete", "prev", "complete"), actions(second));
        Element end = result(say(session(first), "complete", submit("number", "2")));
        assertEquals("completed", status(end));
        assertEquals(List.of("2 soup"), values(end, "ordered"));
        Element note = end.child(AdHocCommand.NAMESPACE, "note").orElseThrow();
        assertEquals("info", note.attribute("type"));
        assertEquals("It is on its way", note.text());
        assertEquals("not-allowed session-expired", error(say(session(first), null, submit("number", "2"))));
    }

    @Test
    void executeIsTheDefaultOfEachStage() throws Exception {
        Element second = result(say(session(begin()), "execute", submit("dish", "soup")));
        assertEquals("completed", status(result(say(session(second), "execute", submit("number", "1")))));
    }

    @Test
    void whoGoesBackMayChooseAnew() throws Exception {
        Element second = second();
        Element again = result(say(session(second), "prev"));
        assertEquals(List.of("FORM_TYPE", "dish"), fields(again));
        assertEquals(List.of("next", "next"), actions(again));
        result(say(session(second), "next", submit("dish", "soup")));
        Element end = result(say(session(second), null, submit("number", "3")));
        assertEquals(List.of("3 soup"), values(end, "ordered"));
    }

    @Test
    void whoCancelsEndsIt() throws Exception {
        Element second = second();
        Element canceled = result(say(session(second), "cancel"));
        assertEquals("canceled", status(canceled));
        assertEquals(List.of(), canceled.children());
        assertEquals("not-allowed session-expired", error(say(session(second), "cancel")));
    }

    @Test
    void anActionThatAStageDoesNotOfferIsBadAndAnUnknownOneMalformed() throws Exception {
        assertEquals("bad-request bad-action", error(say(null, "next")));
        assertEquals("bad-request bad-action", error(say(null, "cancel")));
        assertEquals("bad-request malformed-action", error(say(null, "jump")));
        String session = session(begin());
        assertEquals("bad-request bad-action", error(say(session, "prev")));
        assertEquals("bad-request bad-action", error(say(session, "complete", submit("dish", "soup"))));
        assertEquals("bad-request malformed-action", error(say(session, "Next")));
        result(say(session, "next", submit("dish", "soup")));
        assertEquals("bad-request bad-action", error(say(session, "next", submit("number", "1"))));
        assertEquals("completed", status(result(say(session, null, submit("number", "1")))), "it is still there");
    }

    @Test
    void whatDoesNotFitTheFormIsRefusedAndMayBeSentAgain() throws Exception {
        String session = session(begin());
        assertEquals("bad-request bad-payload", error(say(session, "next")));
        assertEquals("bad-request bad-payload", error(say(session, "next", submit())));
        assertEquals("bad-request bad-payload", error(say(session, "next", submit("dish", "cake"))));
        assertEquals("bad-request bad-payload", error(say(session, "next", submit("FORM_TYPE", "x", "dish", "soup"))));
        assertEquals(
                "bad-request bad-payload",
                error(say(
                        session,
                        "next",
                        Element.builder(DataForm.NAMESPACE, "x")
                                .attribute("type", "form")
                                .build())));
        result(say(session, "next", submit("dish", "soup")));
        Iq unfit = await(say(session, null, submit("number", "0")));
        assertEquals("bad-request bad-payload", error(unfit));
        assertEquals(
                "At least one",
                unfit.element()
                        .child(Namespaces.CLIENT, "error")
                        .flatMap(error -> error.child(Namespaces.STANZA_ERRORS, "text"))
                        .orElseThrow()
                        .text());
        assertEquals("completed", status(result(say(session, null, submit("number", "4")))));
    }

    @Test
    void whatWasFilledInIsNotSentBackWithAnError() throws Exception {
        Element second = second();
        Iq refused = await(say(session(second), null, submit("number", "0")));
        Element command =
                refused.element().child(AdHocCommand.NAMESPACE, "command").orElseThrow();
        assertEquals(List.of(), command.content());
        assertEquals(ORDER, command.attribute("node"));
    }

    @Test
    void aFailureEndsIt() throws Exception {
        for (String[] one : new String[][] {{"99", "conflict"}, {"100", "internal-server-error"}}) {
            Element second = second();
            assertEquals(one[1], error(say(session(second), null, submit("number", one[0]))));
            assertEquals("not-allowed session-expired", error(say(session(second), null, submit("number", "1"))));
        }
    }

    @Test
    void aSessionIdIsOneRequestersForOneCommand() throws Exception {
        String session = session(begin());
        assertEquals("bad-request bad-sessionid", error(say("forged", "next", submit("dish", "soup"))));
        assertEquals("bad-request bad-sessionid", error(say(session + "x", "next", submit("dish", "soup"))));
        admins.add(ROMEO.bare());
        assertEquals("bad-request bad-sessionid", error(commands.handle(command(ROMEO, ORDER, session, "cancel"))));
        Jid elsewhere = JULIET.withResource("elsewhere");
        assertEquals("bad-request bad-sessionid", error(commands.handle(command(elsewhere, ORDER, session, "cancel"))));
        assertEquals("bad-request bad-sessionid", error(commands.handle(command(JULIET, NOW, session, "cancel"))));
        result(say(session, "next", submit("dish", "soup")));
    }

    @Test
    void whoIsNoAdministratorIsForbidden() throws Exception {
        assertEquals("forbidden", error(commands.handle(command(ROMEO, ORDER, null, null))));
        assertEquals("item-not-found", error(commands.handle(command(ROMEO, "urn:example:none", null, null))));
        commands.unbindAdministrators(administrators);
        assertEquals("forbidden", error(say(null, null)), "nobody is one while nobody knows");
        commands.bindCommand(new FakeReference<>(3, 0, Map.of(AdHocCommand.NODE, "urn:example:silent")), this::order);
        assertEquals("forbidden", error(commands.handle(command(JULIET, "urn:example:silent", null, null))));
    }

    @Test
    void whatAnAdministratorBeganEndsWithTheRight() throws Exception {
        String session = session(begin());
        admins.clear();
        assertEquals("forbidden", error(say(session, "next", submit("dish", "soup"))));
        admins.add(JULIET.bare());
        result(say(session, "next", submit("dish", "soup")));
        admins.clear();
        commands.updatedAdministrators(administrators);
        admins.add(JULIET.bare());
        assertEquals("not-allowed session-expired", error(say(session, null, submit("number", "1"))));
    }

    @Test
    void theRightThatIsLostDuringAStepEndsItToo() throws Exception {
        String session = session(begin());
        slow = new CompletableFuture<>();
        CompletionStage<Iq> answer = say(session, "next", submit("dish", "soup"));
        assertEquals("unexpected-request", error(say(session, "next", submit("dish", "soup"))));
        assertEquals("unexpected-request", error(say(session, "cancel")));
        admins.clear();
        commands.updatedAdministrators(administrators);
        slow.complete(CommandStep.askLast(DataForm.of(null)));
        assertEquals("not-allowed session-expired", error(answer));
    }

    @Test
    void aCommandThatDoesNotAnswerIsOver() throws Exception {
        AdHocCommands impatient = new AdHocCommands(nanos::get, Duration.ofMillis(20));
        impatient.bindCommand(ofEverybody(1, 0), request -> new CompletableFuture<>());
        assertEquals("internal-server-error", error(impatient.handle(command(ROMEO, NOW, null, null))));
        impatient.bindCommand(ofEverybody(2, 1), request -> null);
        assertEquals("internal-server-error", error(impatient.handle(command(ROMEO, NOW, null, null))));
        CompletableFuture<CommandStep> late = new CompletableFuture<>();
        impatient.bindCommand(
                ofEverybody(3, 2),
                request -> request.stage() == 0 ? completedFuture(CommandStep.askLast(DataForm.of(null))) : late);
        String session = session(result(impatient.handle(command(ROMEO, NOW, null, null))));
        assertEquals("internal-server-error", error(impatient.handle(command(ROMEO, NOW, session, null, submit()))));
        late.complete(CommandStep.askLast(DataForm.of(null)));
        assertEquals(
                "not-allowed session-expired", error(impatient.handle(command(ROMEO, NOW, session, null, submit()))));
    }

    @Test
    void anotherServiceForTheNodeDoesNotGoOnWithWhatOneBegan() throws Exception {
        FakeReference<AdHocCommand> first = ofEverybody(7, 1);
        commands.bindCommand(first, request -> completedFuture(CommandStep.askLast(DataForm.of(null))));
        String session = session(result(commands.handle(command(ROMEO, NOW, null, null))));
        FakeReference<AdHocCommand> second = ofEverybody(8, 2);
        commands.bindCommand(second, request -> completedFuture(CommandStep.askLast(DataForm.of(null))));
        assertEquals(
                "not-allowed session-expired", error(commands.handle(command(ROMEO, NOW, session, null, submit()))));
        String other = session(result(commands.handle(command(ROMEO, NOW, null, null))));
        commands.unbindCommand(second);
        commands.bindCommand(second, request -> completedFuture(CommandStep.askLast(DataForm.of(null))));
        assertEquals("not-allowed session-expired", error(commands.handle(command(ROMEO, NOW, other, null, submit()))));
    }

    @Test
    void whateverIsThrownDuringAStepEndsIt() throws Exception {
        String session = session(begin());
        slow = new CompletableFuture<>() {
            @Override
            public CompletableFuture<CommandStep> toCompletableFuture() {
                return null;
            }
        };
        assertEquals("internal-server-error", error(say(session, "next", submit("dish", "soup"))));
        slow = null;
        assertEquals("not-allowed session-expired", error(say(session, "next", submit("dish", "soup"))));
    }

    @Test
    void whoCannotBeToldToBeAnAdministratorIsNone() throws Exception {
        String session = session(begin());
        commands.bindAdministrators(address -> {
            throw new IllegalStateException("broken on purpose");
        });
        assertEquals("forbidden", error(say(session, "next", submit("dish", "soup"))));
    }

    @Test
    void aStepThatNeverEndsIsForgottenAtLast() throws Exception {
        Executions executions = new Executions(nanos::get, Duration.ofSeconds(30));
        Execution taken = executions.begin(JULIET, ORDER, 1L, true).orElseThrow();
        nanos.addAndGet(Executions.LIFE.plusSeconds(30).toNanos());
        assertEquals(1, executions.size());
        nanos.addAndGet(1);
        assertEquals(0, executions.size());
        assertFalse(executions.release(taken));
    }

    @Test
    void anHourIsTheEndOfEachExecution() throws Exception {
        String session = session(begin());
        for (int i = 0; i < 6; i++) {
            nanos.addAndGet(Executions.LIFE.toNanos());
            result(say(session, i % 2 == 0 ? "next" : "prev", submit("dish", "soup")));
        }
        nanos.addAndGet(1);
        assertEquals("not-allowed session-expired", error(say(session, "next", submit("dish", "soup"))));
    }

    @Test
    void administratorsAreAskedOutsideTheLock() throws Exception {
        begin();
        CompletableFuture<Boolean> free = new CompletableFuture<>();
        commands.bindAdministrators(address -> {
            Thread other = new Thread(() -> commands.discover(
                    iq(ROMEO, "get", Element.of(Namespaces.DISCO_INFO, "query")), "urn:example:none"));
            other.start();
            try {
                other.join(10_000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            free.complete(!other.isAlive());
            return true;
        });
        assertTrue(free.join());
    }

    @Test
    void aFormOfTypeCancelCountsAsSubmitted() throws Exception {
        Element form = submit("dish", "soup").withAttribute("type", "cancel");
        assertEquals("executing", status(result(say(session(begin()), "next", form))));
    }

    @Test
    void aCommandHasSixteenStages() throws Exception {
        add(
                5,
                "urn:example:endless",
                "Endless",
                AdHocCommand.EVERYBODY,
                request -> completedFuture(CommandStep.ask(DataForm.of(null))));
        String session = session(result(commands.handle(command(ROMEO, "urn:example:endless", null, null))));
        for (int i = 1; i < AdHocCommands.MOST_STAGES; i++) {
            result(commands.handle(command(ROMEO, "urn:example:endless", session, "next", submit())));
        }
        assertEquals(
                "internal-server-error",
                error(commands.handle(command(ROMEO, "urn:example:endless", session, "next", submit()))));
        assertEquals(
                "not-allowed session-expired",
                error(commands.handle(command(ROMEO, "urn:example:endless", session, "next", submit()))));
    }

    @Test
    void nineExecutionsOfOneAccountAreEightAndTheOldestMakesRoom() throws Exception {
        String first = session(begin());
        nanos.addAndGet(1);
        String second = session(begin());
        for (int i = 2; i < Executions.MOST_OF_ONE; i++) {
            nanos.addAndGet(1);
            begin();
        }
        nanos.addAndGet(1);
        result(say(first, "next", submit("dish", "soup"))); // the oldest is now the second
        nanos.addAndGet(1);
        begin();
        assertEquals("not-allowed session-expired", error(say(second, "next", submit("dish", "soup"))));
        assertEquals("completed", status(result(say(first, null, submit("number", "1")))));
    }

    @Test
    void anExecutionThatIsLeftAloneEnds() throws Exception {
        String session = session(begin());
        nanos.addAndGet(Executions.LIFE.toNanos());
        result(say(session, "next", submit("dish", "soup")));
        nanos.addAndGet(Executions.LIFE.toNanos() + 1);
        assertEquals("not-allowed session-expired", error(say(session, null, submit("number", "1"))));
    }

    @Test
    void everybodyTogetherHasABoundAndAdministratorsHaveRoomAllTheSame() throws Exception {
        add(4, "urn:example:open", "Open", AdHocCommand.EVERYBODY, this::order);
        for (int i = 0; i < Executions.MOST_OF_EVERYBODY; i++) {
            Jid guest = Jid.of("guest" + i + "@example.org/x");
            result(commands.handle(command(guest, "urn:example:open", null, null)));
        }
        begin();
        String romeos = session(result(commands.handle(command(ROMEO, "urn:example:open", null, null))));
        nanos.addAndGet(1);
        result(commands.handle(command(JULIET, "urn:example:open", null, null)));
        result(commands.handle(command(ROMEO, "urn:example:open", romeos, "next", submit("dish", "soup"))));
    }

    @Test
    void whoeverHasMostMakesRoom() throws Exception {
        add(4, "urn:example:open", "Open", AdHocCommand.EVERYBODY, this::order);
        Jid greedy = Jid.of("greedy@example.org/x");
        Jid modest = Jid.of("modest@example.org/x");
        String modests = session(result(commands.handle(command(modest, "urn:example:open", null, null))));
        nanos.addAndGet(1);
        String first = session(result(commands.handle(command(greedy, "urn:example:open", null, null))));
        nanos.addAndGet(1);
        result(commands.handle(command(greedy, "urn:example:open", null, null)));
        for (int i = 0; i < Executions.MOST_OF_EVERYBODY - 2; i++) {
            Jid guest = Jid.of("guest" + i + "@example.org/x");
            result(commands.handle(command(guest, "urn:example:open", null, null)));
        }
        assertEquals(
                "not-allowed session-expired",
                error(commands.handle(command(greedy, "urn:example:open", first, "cancel"))));
        result(commands.handle(command(modest, "urn:example:open", modests, "next", submit("dish", "soup"))));
    }

    @Test
    void whatIsFilledInHasABound() throws Exception {
        Element second = second();
        Element huge = submit("number", "1".repeat(AdHocCommands.MOST_CHARACTERS));
        assertEquals("bad-request bad-payload", error(say(session(second), null, huge)));
        add(
                7,
                "urn:example:text",
                "Text",
                AdHocCommand.EVERYBODY,
                request -> completedFuture(
                        CommandStep.ask(DataForm.of(null).with(FormField.of("text", Type.TEXT_MULTI)))));
        Element.Builder lines = Element.builder(DataForm.NAMESPACE, "field").attribute("var", "text");
        for (int i = 0; i < 1_000; i++) {
            lines.child(Element.of(DataForm.NAMESPACE, "value"));
        }
        Element empty = submit().with(lines.build());
        String session = session(result(commands.handle(command(ROMEO, "urn:example:text", null, null))));
        result(commands.handle(command(ROMEO, "urn:example:text", session, "next", empty)));
        assertEquals(
                "bad-request bad-payload",
                error(commands.handle(command(ROMEO, "urn:example:text", session, "next", empty))),
                "empty values weigh, too");
    }

    @ParameterizedTest
    @CsvSource({
        "de-CH, true",
        "'', true",
        "de_CH, true",
        "'no language', true",
        "a-language-that-is-longer-than-any-that-a-client-of-a-person-can-have-written, false"
    })
    void theAnswerIsEnglishWhateverTheLanguage(String language, boolean fine) throws Exception {
        Iq plain = command(ROMEO, NOW, null, null);
        Iq inCommand = iq(ROMEO, "set", plain.payload().orElseThrow().withAttribute(Namespaces.XML, "lang", language));
        Iq inIq = new Iq(
                plain.element().withAttribute(Namespaces.XML, "lang", language),
                plain.from(),
                plain.to(),
                plain.type());
        for (Iq asked : List.of(inCommand, inIq)) {
            if (fine) {
                assertEquals("completed", status(result(commands.handle(asked))));
            } else {
                assertEquals("bad-request bad-locale", error(commands.handle(asked)));
            }
        }
    }

    @Test
    void onlyARequestThatSetsAndNamesItsNodeIsOne() throws Exception {
        Element command = Element.of(AdHocCommand.NAMESPACE, "command");
        assertEquals("bad-request", error(commands.handle(iq(JULIET, "set", command))));
        assertEquals("bad-request", error(commands.handle(iq(JULIET, "get", command.withAttribute("node", NOW)))));
    }

    @Test
    void ofTwoForOneNodeTheHigherRankedIsUsedWhileItIsThere() throws Exception {
        FakeReference<AdHocCommand> better = ofEverybody(9, 5);
        commands.bindCommand(better, request -> completedFuture(CommandStep.done(DataForm.of(null))));
        assertEquals(
                1,
                result(commands.handle(command(ROMEO, NOW, null, null)))
                        .children()
                        .size());
        commands.unbindCommand(better);
        assertEquals(
                0,
                result(commands.handle(command(ROMEO, NOW, null, null)))
                        .children()
                        .size());
    }

    // ---- service discovery

    private Iq discovered(Jid from, String namespace, String node) {
        Element query =
                Element.builder(namespace, "query").attribute("node", node).build();
        return commands.discover(iq(from, "get", query), node).orElseThrow();
    }

    private static List<String> nodes(Iq items) {
        return items.payload().orElseThrow().children().stream()
                .map(item -> item.attribute("jid") + ' ' + item.attribute("node") + ' ' + item.attribute("name"))
                .toList();
    }

    @Test
    void theListHoldsWhatTheRequesterMayDo() {
        assertEquals(
                List.of("example.org urn:example:now Now", "example.org urn:example:order Order a dish"),
                nodes(discovered(JULIET, Namespaces.DISCO_ITEMS, AdHocCommand.NAMESPACE)));
        assertEquals(
                List.of("example.org urn:example:now Now"),
                nodes(discovered(ROMEO, Namespaces.DISCO_ITEMS, AdHocCommand.NAMESPACE)));
    }

    @Test
    void aNodeTellsWhatItIsToWhoMayUseIt() {
        Element list = discovered(ROMEO, Namespaces.DISCO_INFO, AdHocCommand.NAMESPACE)
                .payload()
                .orElseThrow();
        assertEquals("command-list", list.children().get(0).attribute("type"));
        Element info =
                discovered(JULIET, Namespaces.DISCO_INFO, ORDER).payload().orElseThrow();
        assertEquals("automation", info.children().get(0).attribute("category"));
        assertEquals("command-node", info.children().get(0).attribute("type"));
        assertEquals("Order a dish", info.children().get(0).attribute("name"));
        assertEquals(
                List.of(AdHocCommand.NAMESPACE, DataForm.NAMESPACE),
                info.children().stream()
                        .skip(1)
                        .map(one -> one.attribute("var"))
                        .toList());
        assertEquals(List.of(), nodes(discovered(JULIET, Namespaces.DISCO_ITEMS, ORDER)));
        assertEquals("forbidden", error(discovered(ROMEO, Namespaces.DISCO_INFO, ORDER)));
        assertEquals("forbidden", error(discovered(ROMEO, Namespaces.DISCO_ITEMS, ORDER)));
        Element other = Element.of(Namespaces.DISCO_INFO, "query");
        assertTrue(
                commands.discover(iq(ROMEO, "get", other), "urn:example:none").isEmpty());
    }
}
