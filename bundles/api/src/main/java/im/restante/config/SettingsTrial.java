package im.restante.config;

import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Tells what can be configured under one PID, and what would be made of given settings, without putting them in force. Published by
 * whoever reads that PID.
 */
@ConsumerType
public interface SettingsTrial {
    /** Service property: the PID whose settings it judges. Required. */
    String PID = "settings.pid";

    /** Every key there is. Always the same. */
    SettingsDescriptor descriptor();

    /**
     * Judges settings as they would be judged when they come from Config Admin. Keys that are missing have their defaults.
     *
     * @return what an operator should know although they would be taken; one sentence each
     * @throws ConfigException if they would be refused; it says which value, what would be right, and whether the others would be taken
     *     ({@link ConfigException#isAlone})
     */
    List<String> judge(Map<String, ?> values);
}
