package im.restante.internal.tigase;

import im.restante.config.ConfigException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;

/**
 * Fails to start if the file is bad, so that a server which ends for a bad value at start-up finds this one as it finds all
 * others. Apart from {@link Overlay}, which must live on to see the file mended.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = InitFile.PID)
public final class StartCheck {

    @Activate
    public StartCheck(BundleContext context, Map<String, Object> values) {
        InitFile file = InitFile.configured(context, values);
        List<String> problems;
        try {
            problems = file.stamp().equals(InitFile.Stamp.ABSENT)
                    ? List.of()
                    : file.read().problems();
        } catch (IOException e) {
            problems = List.of("cannot be read: " + InitFile.reason(e));
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(
                    InitFile.PID, InitFile.KEY, file.path(), "free of mistakes: " + String.join("; ", problems));
        }
    }

    /** A later file is for {@link Overlay} to judge. */
    @Modified
    void modified() {}
}
