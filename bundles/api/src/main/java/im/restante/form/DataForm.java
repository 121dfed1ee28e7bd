package im.restante.form;

import static java.util.Objects.requireNonNull;

import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.xml.Element;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    private static final String FORM_TYPE = "FORM_TYPE";
    private static final int MOST_VALUES = 1_000;

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

    /**
     * Reads what was submitted for this form. Fields that the form does not have are left out, and so are empty values of addresses,
     * choices and {@code boolean} fields. A {@code hidden} field has the values of this form, whatever was sent.
     *
     * @param submitted the {@code <x/>} of type {@code submit}, or {@code cancel}, which is taken for the same (XEP-0050 §3.5.1)
     * @throws FormException if it is of another form, has more than 1,000 values, a required field is missing, or a value is not of the field's type
     */
    public FormAnswer read(Element submitted) throws FormException {
        String type = submitted.attribute("type");
        if (!submitted.is(NAMESPACE, "x") || !"submit".equals(type) && !"cancel".equals(type)) {
            throw new FormException("A form of type submit is needed");
        }
        Map<String, List<String>> given = given(submitted);
        List<String> says = given.getOrDefault(FORM_TYPE, List.of());
        if (formType != null && !says.isEmpty() && !says.equals(List.of(formType))) {
            throw new FormException("The form has another FORM_TYPE than the one that was asked");
        }
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (FormField field : fields) {
            if (field.type() == FormField.Type.HIDDEN) {
                values.put(field.name(), field.values());
            } else if (field.type() != FormField.Type.FIXED) {
                List<String> checked = checked(field, given.getOrDefault(field.name(), List.of()));
                if (field.isRequired() && checked.stream().allMatch(String::isBlank)) {
                    throw new FormException("The field " + field.name() + " is required");
                }
                values.put(field.name(), checked);
            }
        }
        return new FormAnswer(values);
    }

    private static Map<String, List<String>> given(Element submitted) throws FormException {
        long values = submitted.children().stream()
                .mapToLong(field -> field.children().size())
                .sum();
        if (values > MOST_VALUES) {
            throw new FormException("A form has at most " + MOST_VALUES + " values");
        }
        Map<String, List<String>> given = new LinkedHashMap<>();
        for (Element field : submitted.children()) {
            String name = field.attribute("var");
            if (field.is(NAMESPACE, "field") && name != null) {
                given.putIfAbsent(
                        name,
                        field.children().stream()
                                .filter(child -> child.is(NAMESPACE, "value"))
                                .map(Element::text)
                                .toList());
            }
        }
        return given;
    }

    private static List<String> checked(FormField field, List<String> given) throws FormException {
        List<String> values = given.stream()
                .filter(value -> !value.isBlank() || isText(field) || isOffered(field, value))
                .toList();
        if (field.type().isSingle() && values.size() > 1) {
            throw new FormException("The field " + field.name() + " takes one value");
        }
        switch (field.type()) {
            case JID_SINGLE, JID_MULTI -> {
                List<String> prepared = new ArrayList<>();
                for (String value : values) {
                    prepared.add(address(field, value.strip()));
                }
                return prepared;
            }
            case LIST_SINGLE, LIST_MULTI -> {
                for (String value : values) {
                    if (!isOffered(field, value)) {
                        throw new FormException("The field " + field.name() + " takes what the form offers");
                    }
                }
                return values.stream().distinct().toList();
            }
            case BOOLEAN -> {
                if (!values.stream().allMatch(List.of("true", "false", "1", "0")::contains)) {
                    throw new FormException("The field " + field.name() + " takes true or false");
                }
            }
            default -> {}
        }
        return values;
    }

    private static boolean isText(FormField field) {
        return switch (field.type()) {
            case TEXT_MULTI, TEXT_PRIVATE, TEXT_SINGLE -> true;
            default -> false;
        };
    }

    private static boolean isOffered(FormField field, String value) {
        return field.options().stream().anyMatch(option -> option.value().equals(value));
    }

    private static String address(FormField field, String value) throws FormException {
        try {
            return Jid.of(value).toString();
        } catch (InvalidJidException e) {
            throw new FormException("The field " + field.name() + " takes addresses (name@domain): " + e.getMessage());
        }
    }

    /** Title and names of fields only: a value may be a secret. */
    @Override
    public String toString() {
        return "form " + title + ' ' + fields;
    }
}
