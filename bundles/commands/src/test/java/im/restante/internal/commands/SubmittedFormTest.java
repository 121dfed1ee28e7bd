package im.restante.internal.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.form.DataForm;
import im.restante.form.FormAnswer;
import im.restante.form.FormField;
import im.restante.form.FormField.Type;
import im.restante.jid.Jid;
import im.restante.xml.Element;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SubmittedFormTest {
    private static final DataForm FORM = DataForm.of("urn:example")
            .withTitle("Title", "Do it")
            .with(FormField.of("who", Type.JID_MULTI).withAnswerRequired())
            .with(FormField.of("one", Type.JID_SINGLE))
            .with(FormField.of("secret", Type.TEXT_PRIVATE).withValue("hidden-value"))
            .with(FormField.of("sure", Type.BOOLEAN))
            .with(FormField.of("many", Type.LIST_MULTI).withOption("A", "a").withOption("B", "b"))
            .with(FormField.of("text", Type.TEXT_MULTI));

    private static Element submit(Element... fields) {
        return Element.builder(DataForm.NAMESPACE, "x")
                .attribute("type", "submit")
                .children(List.of(fields))
                .build();
    }

    private static Element field(String name, String... values) {
        Element.Builder field = Element.builder(DataForm.NAMESPACE, "field").attribute("var", name);
        for (String value : values) {
            field.child(Element.of(DataForm.NAMESPACE, "value", value));
        }
        return field.build();
    }

    private static String refusal(Element... fields) {
        return assertThrows(FormException.class, () -> SubmittedForm.read(FORM, submit(fields)))
                .getMessage();
    }

    @Test
    void whatFitsIsReadAndPrepared() throws Exception {
        FormAnswer answer = SubmittedForm.read(
                FORM,
                submit(
                        field("FORM_TYPE", "urn:example"),
                        field("who", "Juliet@example.org", "  ", "juliet@EXAMPLE.org", "romeo@example.org/orchard"),
                        field("secret", "hush"),
                        field("sure", "1"),
                        field("many", "b", "a"),
                        field("text", "first", "second"),
                        field("other", "unknown")));
        assertEquals(
                List.of(Jid.of("juliet@example.org"), Jid.of("romeo@example.org/orchard")), answer.addresses("who"));
        assertTrue(answer.address("one").isEmpty());
        assertTrue(answer.flag("sure"));
        assertFalse(answer.flag("many"));
        assertEquals(List.of("b", "a"), answer.texts("many"));
        assertEquals(List.of("first", "second"), answer.texts("text"));
        assertEquals(List.of(), answer.texts("other"));
        assertFalse(answer.toString().contains("hush"), "a secret is not shown");
        assertFalse(FORM.toString().contains("hidden-value"), "nor one in a form");
    }

    @Test
    void emptyChoicesAreNoneAndARequiredOneIsMissing() throws Exception {
        Element who = field("who", "juliet@example.org");
        FormAnswer answer = SubmittedForm.read(FORM, submit(who, field("sure", ""), field("many", "", "a", " ", "a")));
        assertEquals(List.of(), answer.texts("sure"));
        assertEquals(List.of("a"), answer.texts("many"), "each once");
        FormField choice = FormField.of("c", Type.LIST_SINGLE).withOption("A", "a");
        DataForm required = DataForm.of(null).with(choice.withAnswerRequired());
        assertThrows(FormException.class, () -> SubmittedForm.read(required, submit(field("c", ""))));
        DataForm offered = DataForm.of(null).with(choice.withOption("None", ""));
        assertEquals(
                List.of(""), SubmittedForm.read(offered, submit(field("c", ""))).texts("c"));
    }

    @Test
    void aHiddenFieldIsNotForged() throws Exception {
        DataForm form = DataForm.of(null)
                .with(FormField.of("price", Type.HIDDEN).withValue("5").withAnswerRequired());
        assertEquals(
                List.of("5"),
                SubmittedForm.read(form, submit(field("price", "1", "2"))).texts("price"));
        assertEquals(List.of("5"), SubmittedForm.read(form, submit()).texts("price"));
    }

    @Test
    void valuesAreCountedAndEachWeighs() throws Exception {
        DataForm lines = DataForm.of(null).with(FormField.of("text", Type.TEXT_MULTI));
        String[] empty = Collections.nCopies(1_000, "").toArray(String[]::new);
        assertEquals(
                64_000, SubmittedForm.read(lines, submit(field("text", empty))).size());
        assertThrows(
                FormException.class,
                () -> SubmittedForm.read(lines, submit(field("text", empty), field("other", "x"))));
    }

    @Test
    void whatDoesNotFitIsNamedAndItsValueNotShown() {
        assertEquals("The field who is required", refusal());
        assertEquals("The field who is required", refusal(field("who", " ")));
        assertTrue(refusal(field("who", "a@b@c")).startsWith("The field who takes addresses"));
        Element who = field("who", "juliet@example.org");
        assertEquals("The field one takes one value", refusal(who, field("one", "a@b", "c@d")));
        assertEquals("The field sure takes true or false", refusal(who, field("sure", "yes")));
        assertEquals("The field many takes what the form offers", refusal(who, field("many", "c")));
        assertEquals(
                "The form has another FORM_TYPE than the one that was asked",
                refusal(who, field("FORM_TYPE", "urn:other")));
        assertThrows(FormException.class, () -> SubmittedForm.read(FORM, Element.of(DataForm.NAMESPACE, "x")));
        assertThrows(FormException.class, () -> SubmittedForm.read(FORM, Element.of("urn:example", "x")));
    }

    @Test
    void aFormIsWrittenAsTheXepHasIt() {
        Element form = FORM.toForm();
        assertEquals("form", form.attribute("type"));
        assertEquals(
                List.of("title", "instructions", "field", "field", "field", "field", "field", "field", "field"),
                form.children().stream().map(Element::name).toList());
        Element who = form.children().get(3);
        assertEquals("jid-multi", who.attribute("type"));
        assertTrue(who.child(DataForm.NAMESPACE, "required").isPresent());
        Element many = form.children().get(7);
        assertEquals(
                List.of("A", "B"),
                many.children().stream()
                        .map(option -> option.attribute("label"))
                        .toList());
        assertEquals("result", DataForm.of(null).toResult().attribute("type"));
    }

    @Test
    void aFormThatMakesNoSenseIsAMistake() {
        assertThrows(IllegalArgumentException.class, () -> FORM.with(FormField.of("who", Type.HIDDEN)));
        assertThrows(IllegalArgumentException.class, () -> FormField.of("", Type.HIDDEN));
        FormField single = FormField.of("a", Type.TEXT_SINGLE);
        assertThrows(IllegalArgumentException.class, () -> single.withValues(List.of("1", "2")));
    }
}
