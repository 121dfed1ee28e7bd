package im.restante.internal.standalone.inside;

import im.restante.config.ConfigException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/**
 * What keeps components from working, a line each: a refused configuration value first, marked with {@value #CONFIG}; then
 * what failed; then what waits for something.
 */
@Component(service = Supplier.class, property = "restante.task=problems")
public final class Problems implements Supplier<List<String>> {
    static final String CONFIG = "configuration: ";
    private static final String REFUSED = ConfigException.class.getName() + ": ";

    private final ServiceComponentRuntime components;

    @Activate
    public Problems(@Reference ServiceComponentRuntime components) {
        this.components = components;
    }

    @Override
    public List<String> get() {
        List<String> refused = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        List<String> waiting = new ArrayList<>();
        for (ComponentDescriptionDTO description : components.getComponentDescriptionDTOs()) {
            for (ComponentConfigurationDTO one : components.getComponentConfigurationDTOs(description)) {
                if (one.state == ComponentConfigurationDTO.FAILED_ACTIVATION) {
                    String line = rootCause(one.failure);
                    if (line.startsWith(REFUSED)) {
                        refused.add(CONFIG + line.substring(REFUSED.length()));
                    } else {
                        failed.add(description.name + ": " + line);
                    }
                }
                for (UnsatisfiedReferenceDTO missing : one.unsatisfiedReferences) {
                    waiting.add(description.name + " waits for " + missing.name);
                }
            }
        }
        refused.addAll(failed);
        refused.addAll(waiting);
        return refused;
    }

    /** The last {@code Caused by} of a stack trace, or its first line: class and message. */
    private static String rootCause(String trace) {
        String found = null;
        for (String line : trace.split("\\R")) {
            if (found == null || line.startsWith("Caused by: ")) {
                found = line.startsWith("Caused by: ") ? line.substring("Caused by: ".length()) : line;
            }
        }
        return found;
    }
}
