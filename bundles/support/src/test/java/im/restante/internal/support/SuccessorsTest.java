package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SuccessorsTest {
    private final AtomicReference<String> inUse = new AtomicReference<>("first");
    private final List<String> asked = new ArrayList<>();

    private String ask(String service) {
        return Successors.ask(service, inUse::get, this::answer, "nobody");
    }

    /** As one that works. */
    private String answer(String service) {
        asked.add(service);
        return "answer of " + service;
    }

    @Test
    void whoAnswersIsAskedOnceAlthoughAnotherIsInUseAlready() {
        assertEquals("answer of old", ask("old"));
        assertEquals(List.of("old"), asked);
    }

    @Test
    void theFailureOfTheServiceInUseIsThrown() {
        NoClassDefFoundError failure = new NoClassDefFoundError("made up");
        assertSame(
                failure,
                assertThrows(
                        NoClassDefFoundError.class,
                        () -> Successors.ask(
                                "first",
                                inUse::get,
                                service -> {
                                    asked.add(service);
                                    throw failure;
                                },
                                "nobody")));
        assertEquals(List.of("first"), asked);
    }

    @Test
    void eachThatGoesWhileItIsAskedLeavesItToItsSuccessor() {
        assertEquals(
                "answer of third",
                Successors.ask(
                        "first",
                        inUse::get,
                        service -> {
                            if (service.equals("first")) {
                                inUse.set("second");
                                throw new IllegalStateException("made up");
                            } else if (service.equals("second")) {
                                inUse.set("third");
                                throw new NoClassDefFoundError("made up");
                            }
                            return answer(service);
                        },
                        "nobody"));
    }

    @Test
    void withoutASuccessorTheAnswerIsTheOneForNobody() {
        assertEquals(
                "nobody",
                Successors.ask(
                        "first",
                        inUse::get,
                        service -> {
                            inUse.set(null);
                            throw new IllegalStateException("made up");
                        },
                        "nobody"));
    }

    /** As memory that is out, or a stack that is full: no service that goes fails so. */
    @Test
    void anotherErrorIsThrownWhoeverIsInUse() {
        assertThrows(
                StackOverflowError.class,
                () -> Successors.ask(
                        "first",
                        inUse::get,
                        service -> {
                            inUse.set("second");
                            throw new StackOverflowError("made up");
                        },
                        "nobody"));
    }
}
