package im.restante.config;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is told by which values the readers of configuration work. Register it as a service; there may be many. It must not block; what it
 * throws costs it that one call.
 */
@ConsumerType
@FunctionalInterface
public interface SettingsListener {
    /**
     * A reader works by these values from now on. Told in the moment when they come into force, and to a listener that has just come;
     * what is refused is not told. The same values told again change nothing. Of one reader one call at a time.
     *
     * @param reader who reads them, a bundle's short name: several may read parts of one PID
     * @param pid    where they are configured
     * @param values as an operator would want to read them; equal texts are equal values
     */
    void inForce(String reader, String pid, String values);
}
