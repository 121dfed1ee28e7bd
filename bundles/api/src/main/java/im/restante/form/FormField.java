package im.restante.form;

import static java.util.Objects.requireNonNull;

import im.restante.xml.Element;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One field of a form, to be filled in or as a result (XEP-0004 §3.2). Made by {@link #of}, and by the methods that add to it.
 *
 * @param name       the attribute {@code var}; unique in its form
 * @param label      for people; null: none
 * @param isRequired whether an answer without it is refused
 * @param values     what is filled in already, or the result
 * @param options    what there is to choose from, for lists
 */
public record FormField(
        String name, Type type, @Nullable String label, boolean isRequired, List<String> values, List<Option> options) {
    /** XEP-0004 §3.3. */
    public enum Type {
        BOOLEAN(true),
        /** For people to read. */
        FIXED(false),
        HIDDEN(true),
        JID_MULTI(false),
        JID_SINGLE(true),
        LIST_MULTI(false),
        LIST_SINGLE(true),
        /** Lines. */
        TEXT_MULTI(false),
        /** Not shown while it is typed. Nobody may log it. */
        TEXT_PRIVATE(true),
        TEXT_SINGLE(true);

        private final boolean isSingle;

        Type(boolean isSingle) {
            this.isSingle = isSingle;
        }

        /** Whether there is at most one value. */
        public boolean isSingle() {
            return isSingle;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * One choice of a list.
     *
     * @param label for people; null: the value
     */
    public record Option(@Nullable String label, String value) {
        public Option {
            requireNonNull(value, "value");
        }
    }

    public FormField {
        requireNonNull(name, "name");
        requireNonNull(type, "type");
        values = List.copyOf(values);
        options = List.copyOf(options);
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a field has a name");
        }
        if (type.isSingle() && values.size() > 1) {
            throw new IllegalArgumentException(name + " is " + type.word() + " and has " + values.size() + " values");
        }
    }

    /** A field without a label, a value or options, that is not required. */
    public static FormField of(String name, Type type) {
        return new FormField(name, type, null, false, List.of(), List.of());
    }

    /** The same with a label for people. */
    public FormField withLabel(String newLabel) {
        return new FormField(name, type, newLabel, isRequired, values, options);
    }

    /** The same, and an answer without it is refused. */
    public FormField withAnswerRequired() {
        return new FormField(name, type, label, true, values, options);
    }

    /** The same with these values instead of those it has. */
    public FormField withValues(List<String> newValues) {
        return new FormField(name, type, label, isRequired, newValues, options);
    }

    /** The same with this one value. */
    public FormField withValue(String value) {
        return withValues(List.of(value));
    }

    /** The same with one more choice. */
    public FormField withOption(String newLabel, String value) {
        List<Option> more = new ArrayList<>(options);
        more.add(new Option(newLabel, value));
        return new FormField(name, type, label, isRequired, values, more);
    }

    Element toElement() {
        Element.Builder field = Element.builder(DataForm.NAMESPACE, "field")
                .attribute("type", type.word())
                .attribute("var", name)
                .attribute("label", label);
        if (isRequired) {
            field.child(Element.of(DataForm.NAMESPACE, "required"));
        }
        values.forEach(value -> field.child(Element.of(DataForm.NAMESPACE, "value", value)));
        for (Option option : options) {
            field.child(Element.builder(DataForm.NAMESPACE, "option")
                    .attribute("label", option.label())
                    .child(Element.of(DataForm.NAMESPACE, "value", option.value()))
                    .build());
        }
        return field.build();
    }

    /** Name and type only: a value may be a secret. */
    @Override
    public String toString() {
        return name + " (" + type.word() + ')';
    }
}
