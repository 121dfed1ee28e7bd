package im.restante.internal.filter;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.config.ConfigException;
import im.restante.filter.Opinion;
import im.restante.internal.stream.HardenedXmlCodec;
import im.restante.itests.fuzz.Demand;
import im.restante.stanza.Message;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlStreamException;
import java.util.Map;

/** A line: the value of {@code msg-store-offline-paths}; behind it what stands in a message that they judge. */
public final class PathsFuzz {
    private static final HardenedXmlCodec CODEC = new HardenedXmlCodec();
    private static final String BEFORE = "<message from='juliet@localhost' to='romeo@localhost'>";

    private PathsFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String[] parts = new String(input, UTF_8).split("\n", 2);
        ConfiguredPaths paths;
        try {
            paths = of(parts[0]);
        } catch (ConfigException e) {
            Demand.that(e.getMessage().contains(ConfiguredPaths.KEY), "the key is not named", e);
            return;
        }
        Demand.that(paths.unreachable() != null, "no list");
        boolean none = paths.toString().equals("(none)");
        Demand.that(none || of(paths.toString()).toString().equals(paths.toString()), "it reads itself otherwise");
        if (parts.length == 2) {
            byte[] stanza = (BEFORE + parts[1] + "</message>").getBytes(UTF_8);
            try {
                Opinion opinion = paths.consider(Message.of(CODEC.parse(stanza, Namespaces.CLIENT)));
                Demand.that(!none || opinion == Opinion.NONE, "no path decides");
            } catch (XmlStreamException e) {
                return;
            }
        }
    }

    private static ConfiguredPaths of(String value) {
        return ConfiguredPaths.of(Map.of(ConfiguredPaths.KEY, value));
    }
}
