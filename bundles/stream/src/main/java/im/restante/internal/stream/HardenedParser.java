package im.restante.internal.stream;

import im.restante.xml.Attribute;
import im.restante.xml.Namespaces;
import im.restante.xml.Scope;
import im.restante.xml.StreamCondition;
import im.restante.xml.StreamLimits;
import im.restante.xml.XmlChars;
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
 * names as XML has them, CDATA put together rightly, limits, and buffers that are small while nothing comes. It is given whole
 * stanzas and says where in them, in bytes, each element stands. The end tag of the stream is such a piece too; the stream's
 * opening tag stays its outermost element.
 */
final class HardenedParser extends MXParser {
    private static final int SMALL = 512;
    private static final int SMALL_PC = 64;
    /** A stanza of more chars may have left long strings in the parser's arrays. */
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

    private final StreamLimits limits;
    /** Depth of a stanza: 2 in a stream, 1 where it stands alone. */
    private final int outermost;

    private final char[] pair = new char[2];
    private boolean declared;

    /** What is wrong with the byte behind the last one fed; null if none is there. */
    private Refused behind;

    private boolean ascii;
    /** A char of the piece at hand and the byte it begins at; both only grow. */
    private int knownChar;

    private int knownByte;
    /** Where the start tag of the present event begins, in chars. */
    private int tagStart;

    /** Declarations of the stream's opening tag: the first ones of {@code namespacePrefix}. */
    private int ofStream;

    private String contentNamespace;
    /** Prefixes of the stream that the piece at hand uses, a bit for each declaration. */
    private long borrowed;

    /** Parses a stream. */
    HardenedParser(StreamLimits limits) {
        this(limits, 2);
    }

    /** Parses one element; {@code inScope} is the default namespace around it, empty if none. */
    HardenedParser(StreamLimits limits, String inScope) {
        this(limits, 1);
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

    private HardenedParser(StreamLimits limits, int outermost) {
        this.limits = limits;
        this.outermost = outermost;
        processNamespaces = true;
        buf = new char[SMALL];
        pc = new char[SMALL_PC];
        bufSoftLimit = bufLoadFactor * SMALL / 100;
    }

    // ---- input

    /**
     * The next piece: the stream's opening or closing tag, or a stanza, whole.
     *
     * @param bytes  checked UTF-8
     * @param single whether every character is one byte
     * @param wrong  thrown when the parser comes to the end of the piece and wants more; null to say that the input ended
     */
    void feed(byte[] bytes, int from, int end, boolean single, Refused wrong) {
        int length = end - from;
        if (length > buf.length) {
            buf = new char[length];
        }
        ascii = single;
        if (single) {
            Utf8.inflate(bytes, from, end, buf);
            bufEnd = length;
        } else {
            bufEnd = Utf8.decode(bytes, from, end, buf);
        }
        behind = wrong;
        bufAbsoluteStart = bufStart = pos = posStart = posEnd = 0;
        knownChar = knownByte = 0;
        borrowed = 0;
    }

    /** Gives back what a large piece has made grow, and lets go of what it has left. */
    void rest() {
        if (bufEnd > TIDY_ABOVE) {
            tidy();
        }
        if (buf.length > 2 * SMALL) {
            buf = new char[SMALL];
        }
        if (pc.length > SMALL) {
            pc = new char[SMALL_PC];
        }
        bufStart = bufEnd = pos = posStart = posEnd = 0;
    }

    /** The piece is used up, and the parser wants more. */
    @Override
    protected void fillBuf() throws IOException {
        if (behind != null) {
            throw behind;
        }
        throw new EOFException("the input ended before the closing tag");
    }

    @Override
    protected char more() throws IOException {
        if (pos >= bufEnd) {
            fillBuf();
        }
        return buf[pos++];
    }

    /** Whether nothing of the piece is left. */
    boolean usedUp() {
        return pos == bufEnd;
    }

    /** Behind the only element: whether nothing but white space follows. */
    boolean onlySpaceFollows() {
        while (pos < bufEnd && isS(buf[pos])) {
            pos++;
        }
        if (pos == bufEnd && behind != null) {
            throw behind;
        }
        return pos == bufEnd;
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

    @Override
    protected void ensurePC(int end) {
        pc = Arrays.copyOf(pc, 2 * Math.max(pc.length, end));
    }

    // ---- where things stand

    /** Offset in the piece, in bytes, of the start tag that is the present event. */
    int startOfTag() {
        return byteOf(tagStart);
    }

    /** Offset in the piece, in bytes, behind the tag that is the present event. */
    int endOfTag() {
        return byteOf(pos);
    }

    /** Asked for ever later chars, so that the whole costs one walk. */
    private int byteOf(int wanted) {
        if (ascii) {
            return wanted;
        }
        knownByte += Utf8.length(buf, knownChar, wanted);
        knownChar = wanted;
        return knownByte;
    }

    /** {@code outer} and what the start tag at hand declares. */
    Scope declaredIn(Scope outer) {
        Scope scope = outer;
        for (int i = elNamespaceCount[depth - 1]; i < namespaceEnd; i++) {
            scope = scope.with(namespacePrefix[i] == null ? "" : namespacePrefix[i], namespaceUri[i]);
        }
        return scope;
    }

    // ---- the stream's own declarations

    /** The stream's opening tag is the present event: from here on its prefixes are not for stanzas, but two. */
    void enterStream() {
        ofStream = namespaceEnd;
        String inScope = getNamespace(null);
        contentNamespace =
                inScope == null || inScope.isEmpty() || inScope.equals(Namespaces.STREAM) ? Namespaces.CLIENT : inScope;
    }

    /** Whether the stream is over with its opening tag. */
    boolean isEmptyStream() {
        return emptyElementTag;
    }

    /** The namespace of stanzas. */
    String contentNamespace() {
        return contentNamespace;
    }

    /** The declarations of the stream that the piece at hand uses, the innermost of which come last; {@link Scope#NONE} if none. */
    Scope borrowed() {
        Scope scope = Scope.NONE;
        for (int i = 0; borrowed >>> i != 0; i++) {
            if ((borrowed >>> i & 1) != 0) {
                scope = scope.with(namespacePrefix[i], namespaceUri[i]);
            }
        }
        return scope;
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
        if ("xml".equals(prefix)) {
            return Namespaces.XML;
        }
        for (int i = namespaceEnd - 1; i >= 0; i--) {
            if (Objects.equals(prefix, namespacePrefix[i])) {
                if (prefix != null && i < ofStream) {
                    borrow(i);
                }
                return namespaceUri[i];
            }
        }
        if (prefix != null) {
            throw new Refused(StreamCondition.BAD_NAMESPACE_PREFIX, "a prefix that is not bound");
        }
        return null;
    }

    private void borrow(int declaration) {
        String namespace = namespaceUri[declaration];
        if (!namespace.equals(Namespaces.STREAM) && !namespace.equals(contentNamespace) || declaration >= Long.SIZE) {
            throw new Refused(
                    StreamCondition.BAD_NAMESPACE_PREFIX,
                    "a prefix that is declared for the stream, not in the stanza");
        }
        borrowed |= 1L << declaration;
    }

    /** One attribute by two prefixes: {@link MXParser} compares namespaces by identity. */
    @Override
    public int parseStartTag() throws XmlPullParserException, IOException {
        tagStart = pos - 2;
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
