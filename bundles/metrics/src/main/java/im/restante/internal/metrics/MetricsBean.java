package im.restante.internal.metrics;

import im.restante.internal.support.Printable;
import im.restante.metric.Metric;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.ReflectionException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The same figures over JMX: the bean {@value #NAME} has an attribute for each series, named as in the text format; of a histogram there
 * are its {@code _sum} and {@code _count}. All are read-only numbers.
 */
@Component(
        immediate = true,
        service = {})
public final class MetricsBean implements DynamicMBean {
    static final String NAME = "im.restante:type=Metrics";

    private static final Logger LOG = LoggerFactory.getLogger(MetricsBean.class);

    /** Programs ask for each attribute by itself: they are told the figures of one moment meanwhile. */
    private static final long FRESH_NANOS = 1_000_000_000L;

    private final MetricSources sources;
    private volatile ObjectName registered;
    private volatile Moment last = new Moment(Map.of(), System.nanoTime() - FRESH_NANOS);

    private record Series(double value, String help) {}

    private record Moment(Map<String, Series> series, long at) {}

    @Activate
    public MetricsBean(@Reference MetricSources sources) {
        this.sources = sources;
    }

    @Activate
    void start() {
        try {
            registered = server().registerMBean(this, new ObjectName(NAME)).getObjectName();
        } catch (JMException e) {
            LOG.warn("no figures over JMX: {}", Printable.line(e));
        }
    }

    @Deactivate
    void close() {
        if (registered == null) {
            return; // what has that name is another's
        }
        try {
            server().unregisterMBean(registered);
        } catch (JMException e) {
            LOG.debug("the figures over JMX had gone before", e);
        }
    }

    private static MBeanServer server() {
        return ManagementFactory.getPlatformMBeanServer();
    }

    private Map<String, Series> series() {
        Moment known = last;
        if (System.nanoTime() - known.at() < FRESH_NANOS) {
            return known.series();
        }
        Map<String, Series> fresh = new LinkedHashMap<>();
        for (Family family : sources.families()) {
            family.samples().forEach(sample -> add(fresh, sample));
        }
        last = new Moment(fresh, System.nanoTime());
        return fresh;
    }

    private static void add(Map<String, Series> to, Sample sample) {
        Metric metric = sample.metric();
        if (sample.distribution() == null) {
            to.put(TextFormat.series(metric.name(), sample.labels(), null), new Series(sample.value(), metric.help()));
            return;
        }
        to.put(
                TextFormat.series(metric.name() + "_sum", sample.labels(), null),
                new Series(sample.distribution().sum(), metric.help()));
        to.put(
                TextFormat.series(metric.name() + "_count", sample.labels(), null),
                new Series(sample.distribution().count(), metric.help()));
    }

    @Override
    public Object getAttribute(String attribute) throws AttributeNotFoundException {
        Series found = series().get(attribute);
        if (found == null) {
            throw new AttributeNotFoundException(attribute);
        }
        return found.value();
    }

    @Override
    public AttributeList getAttributes(String[] attributes) {
        Map<String, Series> now = series();
        AttributeList values = new AttributeList();
        for (String attribute : attributes) {
            if (now.containsKey(attribute)) {
                values.add(new Attribute(attribute, now.get(attribute).value()));
            }
        }
        return values;
    }

    @Override
    public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
        throw new AttributeNotFoundException("figures are read-only");
    }

    @Override
    public AttributeList setAttributes(AttributeList attributes) {
        return new AttributeList();
    }

    @Override
    public Object invoke(String action, Object[] arguments, String[] signature) throws ReflectionException {
        throw new ReflectionException(new NoSuchMethodException(action), "there is nothing to invoke");
    }

    @Override
    public MBeanInfo getMBeanInfo() {
        MBeanAttributeInfo[] attributes = series().entrySet().stream()
                .map(one -> new MBeanAttributeInfo(
                        one.getKey(), double.class.getName(), one.getValue().help(), true, false, false))
                .toArray(MBeanAttributeInfo[]::new);
        return new MBeanInfo(MetricsBean.class.getName(), "Figures of the server", attributes, null, null, null);
    }
}
