package im.restante.internal.shell.portable;

import im.restante.account.Accounts;
import im.restante.account.Setting;
import im.restante.delivery.Delivery;
import im.restante.internal.shell.portable.Import.Services;
import im.restante.internal.stream.HardenedXmlCodec;
import im.restante.itests.fuzz.Demand;
import im.restante.itests.fuzz.Judge;
import im.restante.jid.Jid;
import im.restante.message.StanzaIds;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A whole file of XEP-0227. What is stored of it is a message that every parser takes, what is kept of an account goes out again. */
public final class ImportFuzz {
    private static final HardenedXmlCodec CODEC = new HardenedXmlCodec();
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T12:00:00Z"), ZoneOffset.UTC);
    private static final Path FILE = file();

    private ImportFuzz() {}

    private static Path file() {
        try {
            Path memory = Path.of("/dev/shm"); // an import forces its marker to the disk again and again
            Path folder = Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, "import")
                    : Files.createTempDirectory("import");
            folder.toFile().deleteOnExit();
            return folder.resolve("all.xml");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static CompletableFuture<Object> done(Object value) {
        return CompletableFuture.completedFuture(value);
    }

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        Files.write(FILE, input);
        List<StoredMessage> rows = new ArrayList<>();
        List<Setting> kept = new ArrayList<>();
        Accounts accounts = im.restante.itests.fuzz.Services.of(
                Accounts.class,
                Map.of(
                        "create", args -> done(true),
                        "restore", args -> keep(kept, args[1]),
                        "write", args -> keep(kept, args[1]),
                        "settings", args -> done(Map.of())));
        Delivery delivery = im.restante.itests.fuzz.Services.of(
                Delivery.class, Map.of("requeue", args -> keep(rows, args[0]), "page", args -> done(List.of())));
        StanzaIds ids = im.restante.itests.fuzz.Services.of(
                StanzaIds.class,
                Map.of(
                        "stanzaId", args -> "here-" + args[1],
                        "isStanzaId", args -> ("here-" + args[1]).equals(args[2])));
        Import work = new Import(FILE, new Services(Jid.of("localhost"), accounts, delivery, CODEC, null, ids), CLOCK);
        work.run();
        try {
            work.end().toCompletableFuture().join();
        } catch (CompletionException e) {
            Throwable why = e.getCause();
            Demand.that(why instanceof IOException || why instanceof StoreException, "broken off", why);
        }
        for (StoredMessage row : rows) {
            Judge.isWellFormed(row.stanza());
        }
        for (Setting setting : kept) {
            Demand.that(
                    !setting.node().equals(Pie.CREDENTIALS)
                            || PortableScram.toElement(setting.key(), setting.value())
                                    .isPresent(),
                    "credentials that cannot be exported");
        }
        Files.deleteIfExists(FILE.resolveSibling("all.xml.import"));
    }

    @SuppressWarnings("unchecked")
    private static <T> CompletableFuture<Object> keep(List<T> into, Object more) {
        into.addAll((Collection<T>) more);
        return done(true);
    }
}
