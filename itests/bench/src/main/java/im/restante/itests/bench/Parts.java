package im.restante.itests.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.filter.MessageFilter;
import im.restante.filter.Opinion;
import im.restante.internal.filter.RankedFilter;
import im.restante.internal.stream.HardenedXmlCodec;
import im.restante.jid.Jid;
import im.restante.stanza.Message;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.StanzaReader;
import im.restante.xml.StreamLimits;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What one live message costs in the parts that every message passes: {@code java -cp 'bench.jar:lib/*' org.openjdk.jmh.Main}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class Parts {
    private static final int STANZAS = 1_000;

    private final XmlCodec codec = new HardenedXmlCodec();
    private final MessageFilter filter = new RankedFilter(Map.of());
    private byte[] stream;
    private Element element;
    private Message message;

    @Setup
    public void prepare() throws XmlStreamException {
        String stanza = new String(Stanzas.message("romeo@localhost/orchard", 1, 42), UTF_8);
        stream = ("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost'>"
                        + stanza.repeat(STANZAS) + "</stream:stream>")
                .getBytes(UTF_8);
        element = codec.parse(stanza.getBytes(UTF_8), Namespaces.CLIENT)
                .withAttribute("from", "juliet@localhost/balcony");
        message = Message.of(element);
    }

    @Benchmark
    @OperationsPerInvocation(STANZAS)
    public int read() throws IOException, XmlStreamException {
        StanzaReader reader = codec.reader(new ByteArrayInputStream(stream), StreamLimits.of(262_144, 64));
        reader.header();
        int read = 0;
        while (reader.next() != null) {
            read++;
        }
        return read;
    }

    @Benchmark
    public byte[] write() {
        return codec.serialize(element, Namespaces.CLIENT);
    }

    @Benchmark
    public Message address() {
        return Message.of(element);
    }

    @Benchmark
    public Opinion filter() {
        return filter.decide(message);
    }

    @Benchmark
    public Jid plainAddress() {
        return Jid.of("juliet.capulet@verona.example/balcony");
    }

    @Benchmark
    public Jid addressToPrepare() {
        return Jid.of("J\u00dcliet@verona.example/balcony");
    }
}
