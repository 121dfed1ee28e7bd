package im.restante.form;

import static java.util.Objects.requireNonNull;

import im.restante.xml.Element;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A form to be filled in, or a result (XEP-0004). Made by {@link #of}, and by the methods that add to it.
 *
 * @param formType     what names the meaning of the fields, {@code FORM_TYPE} (XEP-0068); null: none
 * @param title        for people; null: none
 * @param instructions for people; null: none
 * @param fields       in the order in which they are shown
 */
public record DataForm(
        @Nullable String formType,
        @Nullable String title,
        @Nullable String instructions,
        List<FormField> fields) {
    /** Namespace of forms. */
    public static final String NAMESPACE = "jabber:x:data";

    /** Name of the field that names the meaning of the others (XEP-0068). */
    public static final String FORM_TYPE = "FORM_TYPE";

    public DataForm {
        fields = List.copyOf(fields);
        long names = fields.stream().map(FormField::name).distinct().count();
        if (names < fields.size()) {
            throw new IllegalArgumentException("two fields of a form have one name");
        }
    }

    /** A form without a field. */
    public static DataForm of(@Nullable String formType) {
        return new DataForm(formType, null, null, List.of());
    }

    /** The same with a title and instructions for people. */
    public DataForm withTitle(String newTitle, String newInstructions) {
        return new DataForm(formType, newTitle, newInstructions, fields);
    }

    /** The same with one more field. */
    public DataForm with(FormField field) {
        List<FormField> more = new ArrayList<>(fields);
        more.add(requireNonNull(field, "field"));
        return new DataForm(formType, title, instructions, more);
    }

    /** The form as it is asked. */
    public Element toForm() {
        return toElement("form");
    }

    /** The form as a result. */
    public Element toResult() {
        return toElement("result");
    }

    private Element toElement(String type) {
        Element.Builder x = Element.builder(NAMESPACE, "x").attribute("type", type);
        if (title != null) {
            x.child(Element.of(NAMESPACE, "title", title));
        }
        if (instructions != null) {
            x.child(Element.of(NAMESPACE, "instructions", instructions));
        }
        if (formType != null) {
            x.child(FormField.of(FORM_TYPE, FormField.Type.HIDDEN)
                    .withValue(formType)
                    .toElement());
        }
        fields.forEach(field -> x.child(field.toElement()));
        return x.build();
    }

    /** Title and names of fields only: a value may be a secret. */
    @Override
    public String toString() {
        return "form " + title + ' ' + fields;
    }
}
