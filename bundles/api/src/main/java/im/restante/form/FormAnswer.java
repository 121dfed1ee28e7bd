package im.restante.form;

import im.restante.jid.Jid;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What was filled in, as the server has read it and checked it against the form that was asked. Immutable. */
public final class FormAnswer {
    private static final int AROUND_A_VALUE = 64;

    private final Map<String, List<String>> values;

    private FormAnswer(Map<String, List<String>> values) {
        Map<String, List<String>> copy = new LinkedHashMap<>();
        values.forEach((name, its) -> copy.put(name, List.copyOf(its)));
        this.values = copy;
    }

    /** Values by the names of their fields: what the server makes of a form that fits, and a test of a command. */
    public static FormAnswer of(Map<String, List<String>> values) {
        return new FormAnswer(values);
    }

    /** The one value of a field, which may be empty; none if the field was left out, or the form has no such field. */
    public Optional<String> text(String field) {
        return texts(field).stream().findFirst();
    }

    /** All values of a field, such as the lines of a text. */
    public List<String> texts(String field) {
        return values.getOrDefault(field, List.of());
    }

    /** The address in a field. @throws IllegalArgumentException if the field is not one of addresses */
    public Optional<Jid> address(String field) {
        return text(field).map(Jid::of);
    }

    /** The addresses in a field, each once. @throws IllegalArgumentException if the field is not one of addresses */
    public List<Jid> addresses(String field) {
        return texts(field).stream().map(Jid::of).distinct().toList();
    }

    /** Whether a field of type {@code boolean} is set. */
    public boolean flag(String field) {
        return text(field)
                .filter(value -> value.equals("true") || value.equals("1"))
                .isPresent();
    }

    /** What it weighs: the characters of all values, and 64 for each value. */
    public int size() {
        return values.values().stream()
                .flatMap(List::stream)
                .mapToInt(value -> value.length() + AROUND_A_VALUE)
                .sum();
    }

    /** Names of fields only: a value may be a secret. */
    @Override
    public String toString() {
        return "answer " + values.keySet();
    }
}
