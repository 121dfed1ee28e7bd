package im.restante.itests.fuzz;

import java.util.List;

/**
 * Something that reads what others wrote.
 *
 * @param name       on the command line and in the table; also of the folder of its seeds
 * @param entry      the class whose {@code fuzzerTestOneInput} gets the bytes
 * @param mostBytes  of an input
 */
record Target(String name, String entry, int mostBytes) {
    private static final String INTERNAL = "im.restante.internal.";

    static final List<Target> ALL = List.of(
            new Target("reader", INTERNAL + "stream.ReaderFuzz", 4_096),
            new Target("sasl", INTERNAL + "c2s.SaslFuzz", 512),
            new Target("amp", INTERNAL + "amp.AmpFuzz", 2_048),
            new Target("paths", INTERNAL + "filter.PathsFuzz", 1_024),
            new Target("init-properties", INTERNAL + "tigase.InitPropertiesFuzz", 2_048),
            new Target("import", INTERNAL + "shell.portable.ImportFuzz", 4_096),
            new Target("address", "im.restante.itests.fuzz.AddressFuzz", 256),
            new Target("proxy-header", INTERNAL + "c2s.ProxyHeaderFuzz", 256),
            new Target("lexical", "im.restante.itests.fuzz.LexicalFuzz", 128));
}
