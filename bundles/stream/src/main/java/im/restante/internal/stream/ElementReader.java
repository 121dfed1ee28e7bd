package im.restante.internal.stream;

import im.restante.xml.Element;
import im.restante.xml.HeapBudget;
import im.restante.xml.Scope;
import im.restante.xml.StanzaReader;
import im.restante.xml.StreamCondition;
import im.restante.xml.StreamHeader;
import im.restante.xml.StreamLimits;
import im.restante.xml.XmlStreamException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xmlpull.v1.XmlPullParserException;

/**
 * Reads a stream: {@link PieceReader} gives whole stanzas, the parser judges them, {@link TreeBuilder} makes trees, and every complaint
 * becomes an {@link XmlStreamException}.
 */
final class ElementReader implements StanzaReader {
    private static final Logger LOG = LoggerFactory.getLogger(ElementReader.class);

    /** For each stanza: without a stack trace it may be thrown again and again. */
    private static final Refused NOT_WHOLE = Refused.notWellFormed("not a whole element");

    private final PieceReader intake;
    private final HardenedParser parser;
    private final TreeBuilder trees;
    /** Around the stanzas: the default namespace of the stream. */
    private Scope scope = Scope.NONE;

    private boolean opened;
    private boolean closed;

    ElementReader(InputStream in, StreamLimits limits, HeapBudget budget) {
        intake = new PieceReader(in, limits, budget);
        parser = new HardenedParser(limits);
        trees = new TreeBuilder(parser);
    }

    /** Reads a whole document that is one element. */
    static Element single(byte[] bytes, StreamLimits limits, String inScope) throws XmlStreamException {
        HardenedParser parser = new HardenedParser(limits, inScope);
        try {
            return guarded(() -> {
                feedUnchecked(parser, bytes);
                parser.next(); // a prolog ends with a start tag or an exception
                Element element = new TreeBuilder(parser).element(bytes, Scope.of(inScope));
                if (!parser.onlySpaceFollows()) {
                    throw new Refused(StreamCondition.BAD_FORMAT, "more than one element");
                }
                return element;
            });
        } catch (IOException e) { // the end of the bytes
            throw new XmlStreamException(StreamCondition.NOT_WELL_FORMED, "not a whole element");
        }
    }

    private static void feedUnchecked(HardenedParser parser, byte[] bytes) {
        boolean ascii = true;
        int at = 0;
        Refused wrong = null;
        try {
            while (at < bytes.length) {
                int size = Utf8.size(bytes, at, bytes.length);
                if (size == 0) {
                    throw Utf8.notUtf8();
                }
                ascii &= size == 1;
                at += size;
            }
        } catch (Refused e) {
            wrong = e;
        }
        parser.feed(bytes, 0, at, ascii, wrong);
    }

    @Override
    public StreamHeader header() throws IOException, XmlStreamException {
        if (opened) {
            throw new IllegalStateException("the header has been read");
        }
        opened = true;
        return guarded(() -> {
            await(intake::header);
            parser.next();
            Element root = Element.of(parser.getNamespace(), parser.getName(), parser.attributes(), List.of());
            String contentNamespace = parser.getNamespace(null);
            parser.enterStream();
            StreamHeader header = new StreamHeader(root, contentNamespace == null ? "" : contentNamespace);
            scope = Scope.of(header.contentNamespace());
            return header;
        });
    }

    @Override
    public Element next() throws IOException, XmlStreamException {
        if (!opened) {
            throw new IllegalStateException("the header comes first");
        }
        return closed ? null : guarded(this::stanza);
    }

    @Override
    public boolean buffered() {
        return intake.buffered();
    }

    @Override
    public void close() {
        closed = true;
        intake.close();
    }

    private Element stanza() throws IOException, XmlPullParserException {
        if (!parser.isEmptyStream()) {
            parser.rest();
            await(intake::next);
        }
        if (parser.next() != HardenedParser.START_TAG) {
            closed = true; // nothing else can begin with a '<' here
            return null;
        }
        Element element = trees.element(piece(), scope);
        if (!parser.usedUp()) {
            throw Refused.notWellFormed("a stanza that ends before its end");
        }
        return Anew.isNeeded(element, parser) ? Anew.written(element, parser) : element;
    }

    private byte[] piece() {
        StanzaFramer framer = intake.framer();
        return Arrays.copyOfRange(intake.bytes(), framer.start(), framer.at());
    }

    /** Waits for a piece and feeds the parser with it. What came before a violation is judged first. */
    private void await(Waiting waiting) throws IOException, XmlPullParserException {
        try {
            waiting.run();
            feed(NOT_WHOLE);
        } catch (Refused e) {
            if (e.condition() != StreamCondition.POLICY_VIOLATION
                    && e.condition() != StreamCondition.RESOURCE_CONSTRAINT) {
                judge(e);
            }
            throw e;
        } catch (EOFException e) {
            judge(null);
            throw e;
        }
    }

    private void judge(Refused behind) throws IOException, XmlPullParserException {
        StanzaFramer framer = intake.framer();
        if (framer.start() < framer.at()) {
            feed(behind);
            parser.next();
            trees.element(piece(), scope);
        }
    }

    private void feed(Refused behind) {
        StanzaFramer framer = intake.framer();
        parser.feed(intake.bytes(), framer.start(), framer.at(), framer.ascii(), behind);
    }

    private static <T> T guarded(Reading<T> reading) throws IOException, XmlStreamException {
        try {
            return reading.run();
        } catch (Refused e) {
            throw new XmlStreamException(e.condition(), e.getMessage());
        } catch (XmlPullParserException e) { // its message quotes the stream
            throw new XmlStreamException(StreamCondition.NOT_WELL_FORMED, "not well-formed");
        } catch (RuntimeException e) {
            LOG.warn("The XML parser failed; the stream ends. Please report this: {}", e.getClass(), e);
            throw new XmlStreamException(StreamCondition.NOT_WELL_FORMED, "the parser failed");
        }
    }

    /** A step that may fail in all the ways of the parser. */
    private interface Reading<T> {
        T run() throws IOException, XmlPullParserException;
    }

    /** Fills the intake. */
    private interface Waiting {
        void run() throws IOException;
    }
}
