package im.restante.internal.metrics;

import im.restante.metric.Label;
import im.restante.metric.Metric;
import im.restante.metric.MetricSink;
import im.restante.metric.MetricSource;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import javax.management.JMException;
import javax.management.ObjectName;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Figures of the Java virtual machine and of its process, under the names that other programs on the JVM have for them. */
@Component
public final class JvmFigures implements MetricSource {
    private static final Logger LOG = LoggerFactory.getLogger(JvmFigures.class);
    private static final double MILLIS = 1e3;
    private static final double NANOS = 1e9;

    private static final Metric MEMORY_USED = Metric.gauge("jvm_memory_used_bytes", "Memory in use, by area.");
    private static final Metric MEMORY_COMMITTED =
            Metric.gauge("jvm_memory_committed_bytes", "Memory that the JVM holds for an area.");
    private static final Metric MEMORY_MAX =
            Metric.gauge("jvm_memory_max_bytes", "Memory that an area may have; -1 without a bound.");
    private static final Metric BUFFERS =
            Metric.gauge("jvm_buffer_pool_used_bytes", "Memory of buffers outside of the heap, by pool.");
    private static final Metric COLLECTIONS =
            Metric.counter("jvm_gc_collections_total", "Garbage collections, by collector.");
    private static final Metric COLLECTION_SECONDS =
            Metric.counter("jvm_gc_collection_seconds_total", "Time spent in garbage collections, by collector.");
    private static final Metric THREADS = Metric.gauge("jvm_threads_current", "Platform threads that live.");
    private static final Metric PEAK = Metric.gauge("jvm_threads_peak", "Most platform threads that lived at a time.");
    private static final Metric CLASSES = Metric.gauge("jvm_classes_currently_loaded", "Classes that are loaded.");
    private static final Metric CPU =
            Metric.counter("process_cpu_seconds_total", "Processor time of the process, of the system and of its own.");
    private static final Metric STARTED =
            Metric.gauge("process_start_time_seconds", "When the process started, in seconds since 1970 UTC.");
    private static final Metric OPEN_FILES =
            Metric.gauge("process_open_fds", "Files and sockets that the process has open.");
    private static final Metric MOST_FILES =
            Metric.gauge("process_max_fds", "Files and sockets that the process may have open.");

    @Override
    public void report(MetricSink sink) {
        memory(sink, "heap", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage());
        memory(sink, "nonheap", ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage());
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            sink.value(BUFFERS, pool.getMemoryUsed(), Label.of("pool", pool.getName()));
        }
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            Label name = Label.of("gc", collector.getName());
            sink.value(COLLECTIONS, Math.max(0, collector.getCollectionCount()), name);
            sink.value(COLLECTION_SECONDS, Math.max(0, collector.getCollectionTime()) / MILLIS, name);
        }
        sink.value(THREADS, ManagementFactory.getThreadMXBean().getThreadCount());
        sink.value(PEAK, ManagementFactory.getThreadMXBean().getPeakThreadCount());
        sink.value(CLASSES, ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
        sink.value(STARTED, ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS);
        ofSystem(sink, CPU, "ProcessCpuTime", NANOS);
        ofSystem(sink, OPEN_FILES, "OpenFileDescriptorCount", 1);
        ofSystem(sink, MOST_FILES, "MaxFileDescriptorCount", 1);
    }

    private static void memory(MetricSink sink, String area, MemoryUsage usage) {
        Label label = Label.of("area", area);
        sink.value(MEMORY_USED, usage.getUsed(), label);
        sink.value(MEMORY_COMMITTED, usage.getCommitted(), label);
        sink.value(MEMORY_MAX, usage.getMax(), label);
    }

    /** By its name: not every JVM and system has it, and the class that has it is no part of Java. */
    private static void ofSystem(MetricSink sink, Metric metric, String attribute, double unit) {
        try {
            Object value = ManagementFactory.getPlatformMBeanServer()
                    .getAttribute(new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME), attribute);
            if (value instanceof Number number && number.doubleValue() >= 0) {
                sink.value(metric, number.doubleValue() / unit);
            }
        } catch (JMException e) {
            LOG.debug("there is no {} here", attribute, e);
        }
    }
}
