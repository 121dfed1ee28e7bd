package im.restante.internal.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.xml.Element;
import im.restante.xml.StanzaReader;
import im.restante.xml.StreamLimits;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Stanzas that somebody wrote into a file: one behind the other, or a stream with its opening and closing tag. */
final class StanzaFile {
    private static final String OPENING =
            "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
    private static final String CLOSING = "</stream:stream>";
    private static final StreamLimits LIMITS = StreamLimits.of(1 << 20, 64);

    private final XmlCodec codec;

    StanzaFile(XmlCodec codec) {
        this.codec = codec;
    }

    /** @throws IllegalArgumentException saying in which stanza and why, if it is not what a stream may carry */
    List<Element> read(byte[] content) {
        String text = new String(content, UTF_8).strip();
        if (text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        if (text.startsWith("<?xml") && text.contains("?>")) {
            text = text.substring(text.indexOf("?>") + 2);
        }
        boolean stream = text.contains("<stream:stream");
        String whole = stream ? (text.contains(CLOSING) ? text : text + CLOSING) : OPENING + text + CLOSING;
        List<Element> stanzas = new ArrayList<>();
        try {
            StanzaReader reader = codec.reader(new ByteArrayInputStream(whole.getBytes(UTF_8)), LIMITS);
            reader.header();
            for (Element stanza = reader.next(); stanza != null; stanza = reader.next()) {
                stanzas.add(stanza);
            }
            return stanzas;
        } catch (XmlStreamException e) {
            throw new IllegalArgumentException("stanza " + (stanzas.size() + 1) + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("stanza " + (stanzas.size() + 1) + " is not closed", e);
        }
    }
}
