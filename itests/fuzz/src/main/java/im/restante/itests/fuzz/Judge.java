package im.restante.itests.fuzz;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.XMLReader;
import org.xml.sax.helpers.DefaultHandler;

/** The JDK's parser, with wide bounds: it is asked about syntax alone. */
public final class Judge {
    private static final XMLReader PARSER = parser();

    private Judge() {}

    private static XMLReader parser() {
        for (String bound : new String[] {"maxXMLNameLimit", "elementAttributeLimit", "maxElementDepth"}) {
            System.setProperty("jdk.xml." + bound, "1000000");
        }
        try {
            SAXParserFactory factory = SAXParserFactory.newDefaultNSInstance();
            XMLReader parser = factory.newSAXParser().getXMLReader();
            parser.setErrorHandler(new DefaultHandler());
            return parser;
        } catch (ParserConfigurationException | SAXException e) {
            throw new IllegalStateException(e);
        }
    }

    public static void isWellFormed(byte[] document) {
        try {
            PARSER.parse(new InputSource(new ByteArrayInputStream(document)));
        } catch (SAXException | IOException e) {
            throw new AssertionError("another parser does not take it", e);
        }
    }
}
