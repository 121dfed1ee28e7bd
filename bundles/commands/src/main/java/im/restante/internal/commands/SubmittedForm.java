package im.restante.internal.commands;

import im.restante.form.DataForm;
import im.restante.form.FormAnswer;
import im.restante.form.FormField;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.xml.Element;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads what was filled in, and checks it against the form that was asked (XEP-0004). */
final class SubmittedForm {
    private static final int MOST_VALUES = 1_000;

    private SubmittedForm() {}

    /**
     * Fields that the form does not have are left out, and so are empty values of addresses, choices and {@code boolean} fields. A
     * {@code hidden} field has the values of the form, whatever was sent.
     *
     * @param form      that was asked
     * @param submitted the {@code <x/>} of type {@code submit}, or {@code cancel}, which is taken for the same (XEP-0050 §3.5.1)
     * @throws FormException if it is of another form, has more than 1,000 values, a required field is missing, or a value is not of the field's type
     */
    static FormAnswer read(DataForm form, Element submitted) throws FormException {
        String type = submitted.attribute("type");
        if (!submitted.is(DataForm.NAMESPACE, "x") || !"submit".equals(type) && !"cancel".equals(type)) {
            throw new FormException("A form of type submit is needed");
        }
        Map<String, List<String>> given = given(submitted);
        List<String> says = given.getOrDefault(DataForm.FORM_TYPE, List.of());
        if (form.formType() != null && !says.isEmpty() && !says.equals(List.of(form.formType()))) {
            throw new FormException("The form has another FORM_TYPE than the one that was asked");
        }
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (FormField field : form.fields()) {
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
        return FormAnswer.of(values);
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
            if (field.is(DataForm.NAMESPACE, "field") && name != null) {
                given.putIfAbsent(
                        name,
                        field.children().stream()
                                .filter(child -> child.is(DataForm.NAMESPACE, "value"))
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
}
