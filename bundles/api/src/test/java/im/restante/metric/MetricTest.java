package im.restante.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "9lives_total", "restante-verdicts_total", "verdicts", "größe_total", "a b_total"})
    void theNameOfACounterEndsWithTotalAndHasNoOtherCharacters(String name) {
        assertThrows(IllegalArgumentException.class, () -> Metric.counter(name, "Help."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mails_total", "mails_bucket", "mails_sum", "mails_count"})
    void whatIsNoCounterDoesNotEndAsOneOrAsAPartOfAHistogram(String name) {
        assertThrows(IllegalArgumentException.class, () -> Metric.gauge(name, "Help."));
        assertThrows(IllegalArgumentException.class, () -> Metric.histogram(name, "Help."));
    }

    @Test
    void helpIsNeeded() {
        assertThrows(IllegalArgumentException.class, () -> Metric.gauge("mails", " "));
        assertEquals(Metric.Kind.GAUGE, Metric.gauge("mails", "Mails.").kind());
    }

    @Test
    void aDistributionHasOneCountMoreThanBoundsWhichAscend() {
        Distribution right = Distribution.of(new double[] {1, 2}, new long[] {3, 4, 5}, 17);
        assertEquals(12, right.count());
        assertThrows(IllegalArgumentException.class, () -> Distribution.of(new double[] {1, 2}, new long[] {3, 4}, 17));
        assertThrows(
                IllegalArgumentException.class, () -> Distribution.of(new double[] {2, 1}, new long[] {3, 4, 5}, 17));
        assertThrows(
                IllegalArgumentException.class,
                () -> Distribution.of(new double[] {1, Double.POSITIVE_INFINITY}, new long[] {3, 4, 5}, 17));
        assertThrows(IllegalArgumentException.class, () -> Distribution.of(new double[] {1}, new long[] {3, -4}, 17));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "__name__", "1st", "store id"})
    void aLabelIsNamedAsPrometheusWantsIt(String name) {
        assertThrows(IllegalArgumentException.class, () -> Label.of(name, "any"));
    }
}
