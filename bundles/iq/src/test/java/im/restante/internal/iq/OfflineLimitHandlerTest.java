package im.restante.internal.iq;

import static im.restante.internal.iq.Iqs.JULIET;
import static im.restante.internal.iq.Iqs.NOBODY;
import static im.restante.internal.iq.Iqs.ROMEO;
import static im.restante.internal.iq.Iqs.await;
import static im.restante.internal.iq.Iqs.error;
import static im.restante.internal.iq.Iqs.get;
import static im.restante.internal.iq.Iqs.result;
import static im.restante.internal.iq.Iqs.set;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.stream.HardenedXmlCodec;
import im.restante.jid.Jid;
import im.restante.quota.UserLimits;
import im.restante.stanza.Iq;
import im.restante.store.StoreException;
import im.restante.xml.Element;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OfflineLimitHandlerTest {
    private static final int FOR_EVERYBODY = 100;

    /** Limits in memory, with a ceiling. */
    private static final class MemoryLimits implements UserLimits {
        final Map<Jid, Integer> own = new HashMap<>();
        boolean enabled = true;
        boolean away;
        int ceiling = Integer.MAX_VALUE;
        /** What a change waits for. */
        final List<CompletableFuture<Void>> held = new ArrayList<>();

        boolean holding;

        @Override
        public boolean enabled() {
            return enabled;
        }

        @Override
        public CompletionStage<Integer> limit(Jid owner) {
            return answer(() -> inForce(owner));
        }

        @Override
        public CompletionStage<OptionalInt> set(Jid owner, int limit) {
            return answer(() -> {
                own.put(owner, limit);
                return owner.equals(NOBODY) ? OptionalInt.empty() : OptionalInt.of(inForce(owner));
            });
        }

        @Override
        public CompletionStage<OptionalInt> forget(Jid owner) {
            return answer(() -> {
                own.remove(owner);
                return OptionalInt.of(inForce(owner));
            });
        }

        private int inForce(Jid owner) {
            int limit = own.getOrDefault(owner, FOR_EVERYBODY);
            return ceiling < Integer.MAX_VALUE && (limit < 0 || limit > ceiling) ? ceiling : limit;
        }

        private <T> CompletionStage<T> answer(java.util.function.Supplier<T> value) {
            if (away) {
                return CompletableFuture.failedFuture(new StoreException("no user repository is present"));
            }
            CompletableFuture<Void> before = new CompletableFuture<>();
            held.add(before);
            if (!holding) {
                before.complete(null);
            }
            return before.thenApply(done -> value.get());
        }
    }

    private final MemoryLimits limits = new MemoryLimits();
    private final OfflineLimitHandler handler = new OfflineLimitHandler(limits, new HandlerThreads());

    @ParameterizedTest(name = "limit={1}")
    @CsvSource({"aabba, 10", "aabbb, false"})
    void theGuidesExamplesAreAnsweredElementForElement(String id, String limit) throws Exception {
        Element sent = parse("<iq xmlns='jabber:client' type=\"set\" id=\"" + id + "\">\n"
                + "  <msgoffline xmlns=\"msgoffline\" limit=\"" + limit + "\"/>\n</iq>");
        Iq answer = await(handler.handle(Iq.of(sent).addressed(ROMEO.withResource("orchard"), null)));
        Element expected = parse("<iq xmlns='jabber:client' type=\"result\" id=\"" + id + "\" to='" + ROMEO
                + "/orchard'><msgoffline xmlns=\"msgoffline\" limit=\"" + limit + "\"/></iq>");
        assertEquals(expected, answer.element());
        assertEquals(Map.of(ROMEO, limit.equals("false") ? -1 : 10), limits.own);
    }

    @ParameterizedTest(name = "limit={0} comes to {1}")
    @CsvSource({"0, 0", "10, 10", "007, 7", "2147483647, 2147483647", "false, false", "default, 100"})
    void aLimitIsSetAndReadBack(String value, String inForce) throws Exception {
        limits.own.put(ROMEO, 33);
        assertEquals(element(inForce), result(handler.handle(set(null, element(value)))));
        assertEquals(element(inForce), result(handler.handle(get(null, Element.of("msgoffline", "msgoffline")))));
        assertEquals(element(inForce), result(handler.handle(get(ROMEO, Element.of("msgoffline", "msgoffline")))));
    }

    @ParameterizedTest(name = "limit={0} under a ceiling of 20 comes to {1}")
    @CsvSource({"10, 10", "20, 20", "21, 20", "false, 20"})
    void theAnswerSaysWhatACeilingLeaves(String value, String inForce) throws Exception {
        limits.ceiling = 20;
        assertEquals(element(inForce), result(handler.handle(set(ROMEO, element(value)))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-5",
                "-1",
                "+5",
                "1e3",
                "1.5",
                "99999999999999999999",
                "2147483648",
                "",
                " 10",
                "true",
                "FALSE",
                "many",
                "\u0663"
            })
    void anythingElseIsABadRequestThatNamesTheValue(String bad) throws Exception {
        Iq answer = await(handler.handle(set(null, element(bad))));
        assertEquals("bad-request", error(CompletableFuture.completedFuture(answer)));
        assertTrue(text(answer).contains("limit=\"" + bad + "\""), text(answer));
        assertEquals(Map.of(), limits.own);
    }

    @Test
    void aMissingLimitIsABadRequestAndAVeryLongOneIsNotRepeatedWhole() throws Exception {
        Iq missing = await(handler.handle(set(null, Element.of("msgoffline", "msgoffline"))));
        assertEquals("bad-request", error(CompletableFuture.completedFuture(missing)));
        assertTrue(text(missing).contains("limit is missing"), text(missing));
        Iq endless = await(handler.handle(set(null, element("9".repeat(10_000)))));
        assertEquals("bad-request", error(CompletableFuture.completedFuture(endless)));
        assertTrue(text(endless).length() < 300);
    }

    @Test
    void anothersLimitIsNeitherSetNorShown() throws Exception {
        assertEquals("forbidden", error(handler.handle(set(JULIET, element("10")))));
        assertEquals("forbidden", error(handler.handle(get(JULIET, element("10")))));
        assertEquals("forbidden", error(handler.handle(set(NOBODY, element("10")))));
        assertEquals(Map.of(), limits.own);
    }

    @Test
    void nothingIsAllowedWhileUsersHaveNoLimits() throws Exception {
        limits.enabled = false;
        Iq answer = await(handler.handle(set(null, element("10"))));
        assertEquals("not-allowed", error(CompletableFuture.completedFuture(answer)));
        assertFalse(text(answer).isEmpty());
        assertEquals("not-allowed", error(handler.handle(get(null, element("10")))));
        assertEquals("forbidden", error(handler.handle(set(JULIET, element("10")))));
        assertEquals(Map.of(), limits.own);
    }

    @Test
    void anAccountThatIsGoneIsNotFoundAndARepositoryThatFailsIsSaidToTheRouter() throws Exception {
        Iq request = set(null, element("10")).addressed(NOBODY.withResource("x"), null);
        Iq answer = await(handler.handle(request));
        assertEquals(
                "item-not-found",
                Iqs.errorElement(answer).firstChild().orElseThrow().name());
        limits.away = true;
        assertInstanceOf(
                StoreException.class,
                assertThrows(ExecutionException.class, () -> await(handler.handle(set(null, element("10")))))
                        .getCause());
    }

    @Test
    void ofTwoThatFollowEachOtherTheLastStays() throws Exception {
        limits.holding = true;
        CompletionStage<Iq> first = handler.handle(set(null, element("10")));
        CompletionStage<Iq> second = handler.handle(set(null, element("11")));
        CompletionStage<Iq> asked = handler.handle(get(null, element("0")));
        assertEquals(1, limits.held.size());
        limits.holding = false;
        limits.held.get(0).complete(null);
        assertEquals(element("10"), result(first));
        assertEquals(element("11"), result(second));
        assertEquals(element("11"), result(asked));
    }

    private static Element parse(String xml) throws Exception {
        return new HardenedXmlCodec().parse(xml.getBytes(UTF_8), "");
    }

    private static Element element(String limit) {
        return Element.builder("msgoffline", "msgoffline")
                .attribute("limit", limit)
                .build();
    }

    private static String text(Iq answer) {
        return Iqs.errorElement(answer)
                .child(im.restante.xml.Namespaces.STANZA_ERRORS, "text")
                .map(Element::text)
                .orElse("");
    }
}
