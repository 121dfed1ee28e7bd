package im.restante.internal.stream;

import im.restante.xml.HeapBudget;
import im.restante.xml.StreamCondition;
import im.restante.xml.StreamLimits;
import im.restante.xml.XmlChars;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Reads bytes until {@link StanzaFramer} has found a whole piece. Its buffer is small while nothing comes, grows while more is
 * waiting or a stanza is long, and is given back between stanzas. Not safe for concurrent use.
 */
final class PieceReader {
    private static final int SMALL = 512;
    private static final int LARGE = 8192;
    /** What a stanza may take while it is worked on before the budget is asked: most never ask. */
    private static final int FREE = 32 * 1024;

    /** Rough cost on the heap of what the parser makes. */
    private static final int BYTE_COST = 4; // the bytes themselves, as chars, as strings

    private static final int ELEMENT_COST = 144;
    private static final int ATTRIBUTE_COST = 96;

    private final InputStream in;
    private final HeapBudget budget;
    private final StanzaFramer framer;

    private byte[] bytes = new byte[SMALL];
    private int end;
    /** Whether the last read gave as much as there was room for. */
    private boolean filled;
    /** What the budget gave for the buffer. */
    private int held;
    /** What it gave for the stanza that is worked on. */
    private int working;

    PieceReader(InputStream in, StreamLimits limits, HeapBudget budget) {
        this.in = in;
        this.budget = budget;
        framer = new StanzaFramer(limits);
    }

    StanzaFramer framer() {
        return framer;
    }

    /** Of the piece: between {@link StanzaFramer#start} and {@link StanzaFramer#at}. */
    byte[] bytes() {
        return bytes;
    }

    /** Waits for the opening tag of the stream. */
    void header() throws IOException {
        framer.beginHeader(0);
        fill();
    }

    /** Waits for the next stanza or the end tag of the stream; the one before is done with. */
    void next() throws IOException {
        giveBackWorking();
        framer.begin(framer.at());
        fill();
        int length = framer.at() - framer.start();
        long cost = (long) length * BYTE_COST
                + (long) framer.elements() * ELEMENT_COST
                + (long) framer.attributes() * ATTRIBUTE_COST;
        if (cost > FREE) {
            int wanted = (int) Math.min(cost, Integer.MAX_VALUE);
            if (!budget.take(wanted)) {
                throw noRoom();
            }
            working = wanted;
        }
    }

    /** Whether bytes behind the piece have come, white space apart. */
    boolean buffered() {
        for (int at = framer.at(); at < end; at++) {
            if (!XmlChars.isSpace(bytes[at])) {
                return true;
            }
        }
        return false;
    }

    void close() {
        giveBackWorking();
        budget.give(held);
        held = 0;
        bytes = new byte[0];
        end = 0;
    }

    private void giveBackWorking() {
        if (working > 0) {
            budget.give(working);
            working = 0;
        }
    }

    private void fill() throws IOException {
        while (!framer.advance(bytes, end)) {
            makeRoom();
            int count = in.read(bytes, end, bytes.length - end);
            if (count <= 0) {
                throw new EOFException("the input ended before the closing tag");
            }
            end += count;
            filled = end == bytes.length;
        }
    }

    private void makeRoom() {
        int done = framer.start();
        if (done > 0) {
            System.arraycopy(bytes, done, bytes, 0, end - done);
            end -= done;
            framer.moved(done);
        }
        if (filled && bytes.length < LARGE) {
            resize(2 * bytes.length); // under load; if the budget has nothing left, it will do as it is
        } else if (end == 0 && !filled && bytes.length > 2 * SMALL) {
            resize(SMALL);
        }
        if (end == bytes.length && !resize((int) Math.min(2L * bytes.length, Integer.MAX_VALUE - 8))) {
            throw noRoom();
        }
    }

    /** What a small buffer takes is not asked for: it is there for as long as the connection is. */
    private boolean resize(int length) {
        int wanted = length <= 2 * SMALL ? 0 : length;
        if (wanted > held && !budget.take(wanted - held)) {
            return false;
        }
        bytes = Arrays.copyOf(bytes, length);
        if (wanted < held) {
            budget.give(held - wanted);
        }
        held = wanted;
        return true;
    }

    private static Refused noRoom() {
        return new Refused(StreamCondition.RESOURCE_CONSTRAINT, "there is no memory for so large a stanza at present");
    }
}
