package im.restante.filter;

import org.osgi.annotation.versioning.ProviderType;

/** Rules that are not in force, to be tried before they are. Safe for concurrent use. */
@ProviderType
public interface CandidateRules {
    /**
     * The filter as it would be if {@code msg-store-offline-paths} had the value {@code paths}, everything else being as it is.
     *
     * @throws im.restante.config.ConfigException if the value would be refused; it says where it is wrong
     */
    MessageFilter with(String paths);
}
