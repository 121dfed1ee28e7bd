package im.restante.itests.bench;

import im.restante.delivery.Verdict;
import im.restante.internal.stream.HardenedXmlCodec;
import im.restante.internal.why.RecentMessages;
import im.restante.internal.why.Revisions;
import im.restante.jid.Jid;
import im.restante.message.Disposition;
import im.restante.message.MessageEvent;
import im.restante.stanza.Message;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to remember what became of a message; {@code -prof gc} tells the allocation. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@Threads(2)
public class Records {
    private static final Verdict DELIVERED = new Verdict.Delivered(1);
    private static final Verdict STORED = new Verdict.Stored("default: body");

    private RecentMessages messages;
    private List<Long> page;

    /** Each thread writes to owners of its own, as one session to its peers. */
    @State(Scope.Thread)
    public static class Traffic {
        private static final int OWNERS = 64;

        private final Jid[] owners = new Jid[OWNERS];
        private final Jid sender = Jid.of("juliet" + System.identityHashCode(this) + "@localhost");
        private long id = 1L << 61;

        @Setup
        public void prepare() {
            for (int i = 0; i < OWNERS; i++) {
                owners[i] = Jid.of("romeo" + i + "." + System.identityHashCode(this) + "@localhost");
            }
        }

        Jid owner() {
            return owners[(int) (++id % OWNERS)];
        }

        /** As the parser makes one for each message. */
        String messageId() {
            return new String(new char[] {'m', '0', '1', '2', '3', '4', '5', '6'});
        }

        MessageEvent next(Verdict verdict) {
            Element element = Element.of(Namespaces.CLIENT, "message").withAttribute("id", messageId());
            return new Decided(owner(), sender, Message.of(element), verdict, OptionalLong.of(id));
        }
    }

    private record Decided(Jid owner, Jid sender, Message message, Verdict verdict, OptionalLong arrivalId)
            implements MessageEvent {}

    @Setup
    public void prepare() {
        messages = new RecentMessages(new HardenedXmlCodec(), new Revisions());
        page = LongStream.range(0, 200).map(n -> (1L << 61) + n).boxed().toList();
    }

    @Benchmark
    public MessageEvent nothing(Traffic traffic) {
        return traffic.next(DELIVERED);
    }

    @Benchmark
    public void live(Traffic traffic) {
        messages.decided(traffic.next(DELIVERED));
    }

    @Benchmark
    public void stored(Traffic traffic) {
        messages.decided(traffic.next(STORED));
    }

    /** A window's rows at once. */
    @Benchmark
    public void proved(Traffic traffic) {
        messages.disposed(traffic.owner(), page, Disposition.PROVED, "to romeo@localhost/orchard");
    }
}
