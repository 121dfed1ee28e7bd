package im.restante.internal.iq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.jid.Jid;
import im.restante.stanza.Iq;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Requests of Romeo's, and what to look for in the answers. */
final class Iqs {
    static final Jid ROMEO = Jid.of("romeo@montague.lit");
    static final Jid JULIET = Jid.of("juliet@montague.lit");
    static final Jid NOBODY = Jid.of("nobody@montague.lit");
    static final Jid SERVER = Jid.of("montague.lit");

    private Iqs() {}

    static Iq get(Jid to, Element payload) {
        return request("get", to, payload);
    }

    static Iq set(Jid to, Element payload) {
        return request("set", to, payload);
    }

    static Iq request(String type, Jid to, Element... payloads) {
        Element.Builder iq = Element.builder(Namespaces.CLIENT, "iq")
                .attribute("type", type)
                .attribute("id", "i1")
                .attribute("from", ROMEO + "/orchard")
                .attribute("to", to == null ? null : to.toString());
        for (Element payload : payloads) {
            iq.child(payload);
        }
        return Iq.of(iq.build());
    }

    static Iq await(CompletionStage<Iq> answer) throws Exception {
        return answer.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** The payload of a result to Romeo; null if it is empty. */
    static Element result(CompletionStage<Iq> answer) throws Exception {
        Iq iq = await(answer);
        assertEquals(Iq.Type.RESULT, iq.type(), () -> condition(iq));
        assertEquals("i1", iq.id());
        assertEquals(ROMEO.withResource("orchard"), iq.to());
        return iq.payload().orElse(null);
    }

    /** The condition of an error; fails for a result. */
    static String error(CompletionStage<Iq> answer) throws Exception {
        Iq iq = await(answer);
        assertEquals(Iq.Type.ERROR, iq.type());
        assertEquals("i1", iq.id());
        return condition(iq);
    }

    static Element errorElement(Iq iq) {
        return iq.element().child(Namespaces.CLIENT, "error").orElseThrow();
    }

    static Map<String, Object> service(long id, Object... properties) {
        Map<String, Object> all = new HashMap<>(Map.of("service.id", id));
        for (int i = 0; i < properties.length; i += 2) {
            all.put((String) properties[i], properties[i + 1]);
        }
        return all;
    }

    private static String condition(Iq iq) {
        return iq.element()
                .child(Namespaces.CLIENT, "error")
                .flatMap(Element::firstChild)
                .map(Element::name)
                .orElse("no error");
    }
}
