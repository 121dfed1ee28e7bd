package im.restante.internal.tigase;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.itests.fuzz.Demand;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** A whole {@code init.properties}. Each line is found as {@link Properties} finds it, and is told of in one printable line. */
public final class InitPropertiesFuzz {
    private InitPropertiesFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        InitProperties read = InitProperties.of(input);
        for (Finding finding : read.findings()) {
            Demand.that(
                    finding.sentence().chars().noneMatch(Character::isISOControl),
                    "a finding breaks its line: " + finding.sentence());
        }
        Demand.that(read.problems().isEmpty() || read.overlay().isEmpty(), "a file that is refused says something");
        String text = new String(input, UTF_8);
        if (text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        List<LogicalLine> lines = LogicalLine.of(text);
        if (lines.stream().anyMatch(line -> line.key() == null)) {
            return;
        }
        Map<String, String> ours = new TreeMap<>();
        lines.forEach(line -> ours.put(line.key(), line.value()));
        Properties judge = new Properties();
        judge.load(new StringReader(text));
        Map<String, String> theirs = new TreeMap<>();
        judge.stringPropertyNames()
                .forEach(key -> theirs.put(key, judge.getProperty(key).strip()));
        Demand.that(ours.equals(theirs), "read otherwise: " + ours + " is " + theirs);
    }
}
