package im.restante.internal.stream;

import im.restante.xml.Attribute;
import im.restante.xml.Namespaces;
import im.restante.xml.StreamCondition;
import im.restante.xml.StreamLimits;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.xmlpull.mxp1.MXParser;
import org.xmlpull.v1.XmlPullParserException;

/**
 * The pull parser with the holes of {@link MXParser} closed: no DTD, comment or processing instruction, character references and
 * names as XML has them, CDATA put together rightly, limits, and buffers that are small while nothing comes.
 */
final class HardenedParser extends MXParser {
    private static final int SMALL = 512;
    private static final int LARGE = 8192;
    private static final int SMALL_PC = 64;
    /** A stanza of more bytes may have left long strings in the parser's arrays. */
    private static final int TIDY_ABOVE = 1024;

    private static final String XMLNS = "http://www.w3.org/2000/xmlns/";
    private static final int LONGEST_DECLARATION = 256;
    private static final Pattern DECLARATION = Pattern.compile("\\s+version\\s*=\\s*(?:'([^']*)'|\"([^\"]*)\")"
            + "(?:\\s+encoding\\s*=\\s*(?:'([^']*)'|\"([^\"]*)\"))?"
            + "(?:\\s+standalone\\s*=\\s*(?:'(?:yes|no)'|\"(?:yes|no)\"))?\\s*");

    private static final long LT = packed("lt");
    private static final long GT = packed("gt");
    private static final long AMP = packed("amp");
    private static final long APOS = packed("apos");
    private static final long QUOT = packed("quot");

    private final Utf8Source source;
    private final StreamLimits limits;
    /** Depth of a stanza: 2 in a stream, 1 where it stands alone. */
    private final int outermost;

    private final char[] pair = new char[2];
    private boolean declared;

    /** Parses a stream. */
    HardenedParser(Utf8Source source, StreamLimits limits) {
        this(source, limits, 2);
    }

    /** Parses one element; {@code inScope} is the default namespace around it, empty if none. */
    HardenedParser(Utf8Source source, StreamLimits limits, String inScope) {
        this(source, limits, 1);
        if (!inScope.isEmpty()) {
            ensureElementsCapacity();
            ensureNamespacesCapacity(0);
            namespacePrefix[0] = null;
            namespacePrefixHash[0] = -1;
            namespaceUri[0] = inScope;
            namespaceEnd = 1;
            elNamespaceCount[0] = 1;
        }
    }

    private HardenedParser(Utf8Source source, StreamLimits limits, int outermost) {
        this.source = source;
        this.limits = limits;
        this.outermost = outermost;
        processNamespaces = true;
        buf = new char[SMALL];
        pc = new char[SMALL_PC];
        bufSoftLimit = bufLoadFactor * SMALL / 100;
    }

    /**
     * Between stanzas: eats white space and gives grown buffers back, until something else comes. For ever, if only white space
     * comes, and in the same memory.
     */
    void awaitStanza() throws IOException {
        if (emptyElementTag) {
            return; // <stream:stream/>: its end needs no further input
        }
        if (source.spent() - (bufEnd - pos) > TIDY_ABOVE) {
            tidy();
        }
        do {
            skipBufferedSpace();
            if (pos < bufEnd) {
                bufAbsoluteStart = 0; // an int: it must not count the whole stream
                bufStart = posStart = posEnd = pos;
                source.renew(buf, pos, bufEnd);
            } else {
                restart();
                fillBuf();
            }
        } while (isS(buf[pos]));
        if (buf[pos] != '<') {
            throw new Refused(StreamCondition.BAD_FORMAT, "text between stanzas");
        }
    }

    /** Behind the only element: whether nothing but white space follows, up to the end of the input. */
    boolean onlySpaceFollows() throws IOException {
        while (true) {
            skipBufferedSpace();
            if (pos < bufEnd) {
                return false;
            }
            restart();
            int count = source.read(buf, 0, buf.length);
            if (count < 0) {
                return true;
            }
            bufEnd = count;
        }
    }

    /** Whether more has been read than the last event needed. */
    boolean buffered() {
        return pos < bufEnd || source.pending() > 0;
    }

    private void skipBufferedSpace() {
        while (pos < bufEnd && isS(buf[pos])) {
            pos++;
        }
    }

    /** The buffer is used up: begins it again, small. */
    private void restart() {
        if (buf.length > 2 * SMALL) {
            buf = new char[SMALL];
        }
        if (pc.length > SMALL) {
            pc = new char[SMALL_PC];
        }
        bufAbsoluteStart = 0;
        bufStart = bufEnd = pos = posStart = posEnd = 0;
        source.release();
        source.renew(buf, 0, 0);
    }

    /** Lets go what a large stanza has left in the arrays. */
    private void tidy() {
        attributeName = null;
        attributePrefix = null;
        attributeUri = null;
        attributeValue = null;
        attributeNameHash = null;
        if (namespaceUri != null) {
            Arrays.fill(namespaceUri, namespaceEnd, namespaceUri.length, null);
            Arrays.fill(namespacePrefix, namespaceEnd, namespacePrefix.length, null);
        }
        int from = depth + 1;
        Arrays.fill(elRawName, from, elRawName.length, null);
        Arrays.fill(elName, from, elName.length, null);
        Arrays.fill(elPrefix, from, elPrefix.length, null);
        Arrays.fill(elUri, from, elUri.length, null);
    }

    // ---- input

    @Override
    protected void fillBuf() throws IOException {
        int used = bufEnd - bufStart;
        int size = buf.length;
        if (used > size / 2) {
            size *= 2;
        } else if (size < LARGE && source.pending() > size - used) {
            size *= 2; // under load
        }
        if (size != buf.length || bufStart > 0) {
            char[] target = size == buf.length ? buf : new char[size];
            System.arraycopy(buf, bufStart, target, 0, used);
            buf = target;
            pos -= bufStart;
            posStart -= bufStart;
            posEnd -= bufStart;
            bufAbsoluteStart += bufStart;
            bufEnd = used;
            bufStart = 0;
        }
        int count = source.read(buf, bufEnd, buf.length - bufEnd);
        if (count < 0) {
            throw new EOFException("the input ended before the closing tag");
        }
        bufEnd += count;
    }

    @Override
    protected char more() throws IOException {
        if (pos >= bufEnd) {
            fillBuf();
        }
        return buf[pos++];
    }

    @Override
    protected void ensurePC(int end) {
        pc = Arrays.copyOf(pc, 2 * Math.max(pc.length, end));
    }

    // ---- names

    @Override
    protected boolean isNameStartChar(char c) {
        return XmlChars.isNameStart(c);
    }

    @Override
    protected boolean isNameChar(char c) {
        return XmlChars.isName(c);
    }

    /** Every prefix and local name comes through here: each must begin as a name does ({@code a:1} and {@code a:} do not). */
    @Override
    protected String newString(char[] chars, int offset, int length) {
        if (length == 0 || !XmlChars.isNameStart(chars[offset])) {
            throw Refused.notWellFormed("a prefix or local name that is none");
        }
        return NameCache.get(chars, offset, length);
    }

    @Override
    public String getNamespace(String prefix) {
        String namespace = super.getNamespace(prefix);
        if (prefix != null && (namespace == null || prefix.equals("xmlns"))) {
            throw new Refused(StreamCondition.BAD_NAMESPACE_PREFIX, "a prefix that is not bound");
        }
        return namespace;
    }

    /** One attribute by two prefixes: {@link MXParser} compares namespaces by identity. */
    @Override
    public int parseStartTag() throws XmlPullParserException, IOException {
        int event = super.parseStartTag();
        for (int i = 1; i < attributeCount; i++) {
            if (attributePrefix[i] != null) {
                checkUnique(i);
            }
        }
        return event;
    }

    private void checkUnique(int index) {
        for (int i = 0; i < index; i++) {
            if (attributePrefix[i] != null
                    && attributeName[i].equals(attributeName[index])
                    && attributeUri[i].equals(attributeUri[index])) {
                throw Refused.notWellFormed("an attribute appears twice");
            }
        }
    }

    /** The same as in {@link MXParser}, where it takes most of the parser's time, with its omissions mended. */
    @Override
    protected char parseAttribute() throws XmlPullParserException, IOException {
        if (!isS(buf[pos - 2])) {
            throw Refused.notWellFormed("no white space before an attribute");
        }
        int begin = pos - 1 + bufAbsoluteStart;
        int colon = -1;
        char c = buf[pos - 1];
        do {
            if (c == ':') {
                if (colon >= 0) {
                    throw Refused.notWellFormed("two colons in a name");
                }
                colon = pos - 1 + bufAbsoluteStart - begin;
            }
            c = more();
        } while (XmlChars.isName(c));
        int start = begin - bufAbsoluteStart;
        int length = pos - 1 - start;
        String prefix = colon < 0 ? null : newString(buf, start, colon);
        String name = newString(buf, start + colon + 1, length - colon - 1);
        if (skipS(c) != '=') {
            throw Refused.notWellFormed("an attribute without value");
        }
        c = skipS(more());
        if (c != '"' && c != '\'') {
            throw Refused.notWellFormed("a value without quotes");
        }
        readValue(c);
        if (prefix == null ? name.equals("xmlns") : prefix.equals("xmlns")) {
            declare(
                    prefix == null ? null : name,
                    usePC ? NameCache.get(pc, 0, pcEnd) : NameCache.get(buf, posStart, posEnd - posStart));
        } else {
            ensureAttributesCapacity(attributeCount);
            attributePrefix[attributeCount] = prefix;
            attributeName[attributeCount] = name;
            attributeNameHash[attributeCount] = name.hashCode();
            attributeValue[attributeCount] =
                    usePC ? new String(pc, 0, pcEnd) : new String(buf, posStart, posEnd - posStart);
            attributeCount++;
        }
        return c;
    }

    /** Behind the opening quote, up to and with the closing one: the value is in {@code pc} or between {@code posStart} and {@code posEnd}. */
    private void readValue(char quote) throws IOException {
        usePC = false;
        pcStart = pcEnd = 0;
        posStart = pos;
        while (true) {
            char c = skipPlainValue(quote);
            if (c == quote) {
                if (usePC) {
                    joinPC();
                }
                return;
            }
            if (c == '<') {
                throw Refused.notWellFormed("a < in a value");
            }
            joinPC();
            if (c == '&') {
                append(parseEntityRef());
            } else {
                append(' '); // XML §3.3.3
                if (c == '\r' && more() != '\n') {
                    pos--;
                }
            }
            posStart = pos;
        }
    }

    /** Passes over a value up to and with its end or the next character that means something; {@code posEnd} is its place. */
    private char skipPlainValue(char quote) throws IOException {
        while (true) {
            char[] chars = buf;
            int end = bufEnd;
            for (int i = pos; i < end; i++) {
                char c = chars[i];
                if (c <= '<' && (c == quote || c == '<' || c == '&' || c < ' ')) {
                    posEnd = i;
                    pos = i + 1;
                    return c;
                }
            }
            pos = end;
            fillBuf();
        }
    }

    /** Binds a prefix, or the default namespace if it is null, for the element at hand. */
    private void declare(String prefix, String uri) {
        boolean xml = "xml".equals(prefix);
        if (xml != uri.equals(Namespaces.XML) || "xmlns".equals(prefix) || uri.equals(XMLNS)) {
            throw new Refused(StreamCondition.BAD_NAMESPACE_PREFIX, "a reserved prefix or namespace is bound");
        }
        if (prefix != null && uri.isEmpty()) {
            throw Refused.notWellFormed("a prefix bound to nothing");
        }
        for (int i = elNamespaceCount[depth - 1]; i < namespaceEnd; i++) {
            if (Objects.equals(prefix, namespacePrefix[i])) {
                throw Refused.notWellFormed("a prefix bound twice");
            }
        }
        ensureNamespacesCapacity(namespaceEnd);
        namespacePrefix[namespaceEnd] = prefix;
        namespacePrefixHash[namespaceEnd] = prefix == null ? -1 : prefix.hashCode();
        namespaceUri[namespaceEnd++] = uri;
    }

    // ---- limits

    @Override
    protected void ensureElementsCapacity() {
        if (depth - outermost >= limits.depth()) {
            throw Refused.limit("elements are nested deeper than " + limits.depth());
        }
        super.ensureElementsCapacity();
    }

    @Override
    protected void ensureAttributesCapacity(int size) {
        if (size >= limits.attributes()) {
            throw Refused.limit("an element has more than " + limits.attributes() + " attributes");
        }
        super.ensureAttributesCapacity(size);
    }

    @Override
    protected void ensureNamespacesCapacity(int size) {
        if (size >= limits.namespaces()) {
            throw Refused.limit("more than " + limits.namespaces() + " namespace declarations");
        }
        super.ensureNamespacesCapacity(size);
    }

    // ---- references

    @Override
    protected char[] parseEntityRef() throws IOException {
        char c = more();
        if (c == '#') {
            return characterReference();
        }
        if (!XmlChars.isNameStart(c)) {
            throw Refused.notWellFormed("an ampersand that begins no reference");
        }
        long name = 0;
        for (int length = 0; c != ';'; length++) {
            if (!XmlChars.isName(c)) {
                throw Refused.notWellFormed("a reference without its semicolon");
            }
            if (length == 4) {
                throw Refused.restricted("an entity that XML does not predefine");
            }
            name = name << 16 | c;
            c = more();
        }
        charRefOneCharBuf[0] = predefined(name);
        return charRefOneCharBuf;
    }

    private static char predefined(long name) {
        if (name == LT) {
            return '<';
        } else if (name == GT) {
            return '>';
        } else if (name == AMP) {
            return '&';
        } else if (name == APOS) {
            return '\'';
        } else if (name == QUOT) {
            return '"';
        }
        throw Refused.restricted("an entity that XML does not predefine");
    }

    private static long packed(String name) {
        long packed = 0;
        for (int i = 0; i < name.length(); i++) {
            packed = packed << 16 | name.charAt(i);
        }
        return packed;
    }

    private char[] characterReference() throws IOException {
        char c = more();
        int radix = 10;
        if (c == 'x') {
            radix = 16;
            c = more();
        }
        int codePoint = 0;
        boolean digits = false;
        for (; c != ';'; c = more()) {
            int digit = c < 128 ? Character.digit(c, radix) : -1;
            if (digit < 0) {
                throw Refused.notWellFormed("a character reference that is no number");
            }
            codePoint = codePoint * radix + digit;
            if (codePoint > Character.MAX_CODE_POINT) {
                throw Refused.notWellFormed("a reference to a character that does not exist");
            }
            digits = true;
        }
        if (!digits || !XmlChars.isChar(codePoint)) {
            throw Refused.notWellFormed("a reference to a character that XML does not allow");
        }
        if (codePoint < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
            charRefOneCharBuf[0] = (char) codePoint;
            return charRefOneCharBuf;
        }
        Character.toChars(codePoint, pair, 0);
        return pair;
    }

    // ---- content

    /**
     * Replaces the loop of {@link MXParser}, which loses its way among CDATA sections: it turns {@code <![CDATA[]]>x} into
     * {@code ]]>x}, doubles the second of two sections that stand before text, and ends one at {@code ]]y]>}. Text without
     * references, CDATA and carriage returns is taken straight from {@code buf}, other text by way of {@code pc}; from
     * {@code posStart} on stands what is not in {@code pc} yet.
     */
    @Override
    protected int nextImpl() throws XmlPullParserException, IOException {
        text = null;
        pcEnd = pcStart = 0;
        usePC = false;
        bufStart = posEnd;
        if (pastEndTag) {
            pastEndTag = false;
            --depth;
            namespaceEnd = elNamespaceCount[depth];
        }
        if (emptyElementTag) {
            emptyElementTag = false;
            pastEndTag = true;
            return eventType = END_TAG;
        }
        if (depth == 0) {
            return parseProlog(); // what follows the root element is never asked for
        }
        if (seenStartTag) {
            seenStartTag = false;
            return eventType = parseStartTag();
        }
        if (seenEndTag) {
            seenEndTag = false;
            return eventType = parseEndTag();
        }
        posStart = pos;
        while (true) {
            switch (skipPlainText()) {
                case '<' -> {
                    if (markup()) {
                        return eventType;
                    }
                }
                case '&' -> {
                    joinPC();
                    append(parseEntityRef());
                    posStart = pos;
                }
                case '\r' -> {
                    joinPC();
                    append('\n');
                    if (more() != '\n') {
                        pos--;
                    }
                    posStart = pos;
                }
                default -> {
                    if (pos - 3 >= posStart && buf[pos - 2] == ']' && buf[pos - 3] == ']') {
                        throw Refused.notWellFormed("]]> in text");
                    }
                }
            }
        }
    }

    /** Passes over text up to and with the next of {@code < & \r >}, which it returns; {@code posEnd} is its place. */
    private char skipPlainText() throws IOException {
        while (true) {
            char[] chars = buf;
            int end = bufEnd;
            for (int i = pos; i < end; i++) {
                char c = chars[i];
                if (c <= '>' && (c == '<' || c == '&' || c == '\r' || c == '>')) {
                    posEnd = i;
                    pos = i + 1;
                    return c;
                }
            }
            pos = end;
            fillBuf();
        }
    }

    /** Behind a {@code <}: whether that made an event, which then is {@code eventType}. */
    private boolean markup() throws XmlPullParserException, IOException {
        if (usePC) {
            joinPC();
        }
        boolean hadText = usePC ? pcEnd > 0 : posEnd > posStart;
        char c = more();
        if (c == '/') {
            seenEndTag = hadText;
            eventType = hadText ? TEXT : parseEndTag();
        } else if (XmlChars.isNameStart(c)) {
            seenStartTag = hadText;
            eventType = hadText ? TEXT : parseStartTag();
        } else if (c == '!') {
            declaration(more());
            return false;
        } else if (c == '?') {
            throw Refused.restricted("a processing instruction");
        } else {
            throw Refused.notWellFormed("a < that begins no tag");
        }
        return true;
    }

    private void declaration(char c) throws IOException {
        switch (c) {
            case '[' -> parseCDSect(true);
            case '-' -> parseComment();
            case 'D' -> parseDocdecl();
            default -> throw Refused.notWellFormed("an unknown declaration");
        }
    }

    @Override
    protected void parseCDSect(boolean hadText) throws IOException {
        for (int i = 0; i < "CDATA[".length(); i++) {
            if (more() != "CDATA[".charAt(i)) {
                throw Refused.notWellFormed("a marked section that is not CDATA");
            }
        }
        if (depth < outermost) {
            throw new Refused(StreamCondition.BAD_FORMAT, "text between stanzas");
        }
        if (!usePC) {
            joinPC();
        }
        int brackets = 0;
        char last = 0;
        while (true) {
            char c = more();
            if (c == '>' && brackets >= 2) {
                break;
            }
            brackets = c == ']' ? brackets + 1 : 0;
            if (c != '\n' || last != '\r') {
                append(c == '\r' ? '\n' : c);
            }
            last = c;
        }
        pcEnd -= 2;
        posStart = posEnd = pos;
    }

    private void append(char c) {
        if (pcEnd >= pc.length) {
            ensurePC(pcEnd);
        }
        pc[pcEnd++] = c;
    }

    private void append(char[] chars) {
        for (char c : chars) {
            append(c);
        }
    }

    // ---- what RFC 6120 §11.1 forbids

    @Override
    protected void parseComment() {
        throw Refused.restricted("a comment");
    }

    @Override
    protected void parseDocdecl() {
        throw Refused.restricted("a document type declaration");
    }

    /** The XML declaration in front of the root element is the only {@code <?} there may be. */
    @Override
    protected boolean parsePI() throws IOException {
        for (int i = 0; i < "xml".length(); i++) {
            if (more() != "xml".charAt(i) || seenRoot || declared) {
                throw Refused.restricted("a processing instruction");
            }
        }
        declared = true;
        StringBuilder text = new StringBuilder(64);
        char c = more();
        if (!isS(c)) {
            throw Refused.restricted("a processing instruction");
        }
        while (c != '?') {
            if (text.length() == LONGEST_DECLARATION) {
                throw Refused.limit("the XML declaration is longer than " + LONGEST_DECLARATION);
            }
            text.append(c);
            c = more();
        }
        Matcher declaration = DECLARATION.matcher(text);
        if (more() != '>' || !declaration.matches()) {
            throw Refused.notWellFormed("a malformed XML declaration");
        }
        if (!"1.0".equals(either(declaration, 1))) {
            throw new Refused(StreamCondition.BAD_FORMAT, "an XML version other than 1.0");
        }
        String encoding = either(declaration, 3);
        if (encoding != null && !encoding.equalsIgnoreCase("UTF-8")) {
            throw new Refused(StreamCondition.UNSUPPORTED_ENCODING, "an encoding other than UTF-8");
        }
        return false; // MXParser: this was the declaration
    }

    private static String either(Matcher matcher, int group) {
        String value = matcher.group(group);
        return value == null ? matcher.group(group + 1) : value;
    }

    // ---- what the tree builder takes

    /** Attributes of the start tag at hand. */
    List<Attribute> attributes() {
        if (attributeCount == 0) {
            return List.of();
        }
        if (attributeCount == 1) {
            return List.of(attribute(0));
        }
        Attribute[] attributes = new Attribute[attributeCount];
        for (int i = 0; i < attributeCount; i++) {
            attributes[i] = attribute(i);
        }
        return List.of(attributes);
    }

    private Attribute attribute(int index) {
        return new Attribute(attributeUri[index], attributeName[index], attributeValue[index]);
    }
}
