package im.restante.internal.standalone.inside;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns of configuration nobody reads: a misspelt key would otherwise be a default in silence. */
@Component(service = ConfigurationListener.class, immediate = true)
public final class KnownKeys implements ConfigurationListener {
    private static final Logger LOG = LoggerFactory.getLogger(KnownKeys.class);
    private static final String OURS = "im.restante.";
    /** A key in a configuration file as it is delivered, where most stand behind a {@code #}. */
    private static final Pattern KEY = Pattern.compile("#?(\\.?[a-z-]+) =.*");

    private final ConfigurationAdmin configurations;

    @Activate
    public KnownKeys(@Reference ConfigurationAdmin configurations) throws IOException, InvalidSyntaxException {
        this.configurations = configurations;
        Configuration[] present = configurations.listConfigurations("(" + Constants.SERVICE_PID + "=" + OURS + "*)");
        if (present != null) {
            for (Configuration configuration : present) {
                check(configuration);
            }
        }
    }

    @Override
    public void configurationEvent(ConfigurationEvent event) {
        if (event.getType() == ConfigurationEvent.CM_UPDATED && event.getPid().startsWith(OURS)) {
            try {
                check(configurations.getConfiguration(event.getPid(), "?"));
            } catch (IOException e) {
                LOG.warn("cannot check the configuration {}", event.getPid(), e);
            }
        }
    }

    private void check(Configuration configuration) throws IOException {
        String pid = configuration.getPid();
        try (InputStream delivered = KnownKeys.class.getResourceAsStream("/etc/" + pid + ".cfg")) {
            if (delivered == null) {
                LOG.warn("nothing here reads the configuration {}", pid);
                return;
            }
            Set<String> unknown =
                    new TreeSet<>(Collections.list(configuration.getProperties().keys()));
            unknown.removeIf(key -> key.startsWith("service.") || key.startsWith("felix.fileinstall."));
            unknown.removeAll(keys(delivered));
            for (String key : unknown) {
                LOG.warn("{}: nothing here reads the key {}", pid, key);
            }
        }
    }

    private static Set<String> keys(InputStream delivered) {
        return new BufferedReader(new InputStreamReader(delivered, UTF_8))
                .lines()
                .map(KEY::matcher)
                .filter(Matcher::matches)
                .map(found -> found.group(1))
                .collect(Collectors.toSet());
    }
}
