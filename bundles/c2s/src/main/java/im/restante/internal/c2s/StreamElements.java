package im.restante.internal.c2s;

import im.restante.internal.support.LogLimit;
import im.restante.internal.support.LogLimits;
import im.restante.internal.support.OutOfMemory;
import im.restante.stream.ClientStream;
import im.restante.stream.StreamElementHandler;
import im.restante.streammanagement.ManagementXml;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Those who understand elements that are no stanzas. Safe for concurrent use. */
final class StreamElements {
    private static final Set<String> OURS = Set.of(
            Namespaces.STREAM,
            Namespaces.CLIENT,
            StreamXml.TLS,
            StreamXml.SASL,
            StreamXml.BIND,
            StreamXml.SESSION,
            ManagementXml.NAMESPACE);

    private static final Logger LOG = LoggerFactory.getLogger(StreamElements.class);

    private final LogLimits lines;
    /** The highest ranking first. Replaced, never changed. */
    private volatile List<Known> known = List.of();

    private record Known(
            ServiceReference<StreamElementHandler> reference, String namespace, StreamElementHandler handler) {}

    StreamElements(LogLimits lines) {
        this.lines = lines;
    }

    synchronized void add(ServiceReference<StreamElementHandler> reference, StreamElementHandler handler) {
        Object namespace = reference.getProperty(StreamElementHandler.NAMESPACE);
        if (!(namespace instanceof String named) || named.isEmpty() || OURS.contains(named)) {
            LOG.error(
                    "{} is not used: its property {} is {}, and should be a namespace of its own",
                    handler.getClass().getName(),
                    StreamElementHandler.NAMESPACE,
                    namespace);
            return;
        }
        List<Known> all = new ArrayList<>(known);
        all.add(new Known(reference, named, handler));
        all.sort((one, other) -> other.reference.compareTo(one.reference));
        known = List.copyOf(all);
    }

    synchronized void remove(ServiceReference<StreamElementHandler> reference) {
        known = known.stream().filter(one -> !one.reference.equals(reference)).toList();
    }

    /** What a stream is offered; one that fails costs its own. */
    List<Element> features(ClientStream stream) {
        List<Element> offered = new ArrayList<>();
        for (Known one : known) {
            try {
                offered.addAll(List.copyOf(one.handler.features(stream))); // throws for a null among them
            } catch (Throwable e) { // a LinkageError when bundles are exchanged
                OutOfMemory.endsProcess(e);
                LogLimit limit = lines.of("stream-elements");
                if (limit.isDue()) {
                    LOG.error(
                            "{} failed; its stream features are not offered{}",
                            one.handler.getClass().getName(),
                            limit.more(),
                            e);
                }
            }
        }
        return offered;
    }

    /** False if nobody understands it. What a handler throws is the connection's end. */
    boolean handle(Element element, ClientStream stream) {
        for (Known one : known) {
            if (one.namespace.equals(element.namespace())) {
                return one.handler.handle(element, stream);
            }
        }
        return false;
    }
}
