package im.restante.internal.shell;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A command and its operands, as they travel: each word is {@code LENGTH:BYTES,}, and so is the whole, around them (a netstring of
 * netstrings, in UTF-8). No character of a word means anything.
 */
final class Words {
    /** Of all words together. */
    static final int MOST_BYTES = 64 << 10;

    private static final String SAFE = "[A-Za-z0-9@._/:+-]+";

    private Words() {}

    /**
     * What the peer wants done; what follows it is left in the stream.
     *
     * @throws IOException if it is not like that, too long, or no UTF-8
     */
    static List<String> read(InputStream in) throws IOException {
        byte[] all = string(in, MOST_BYTES);
        InputStream inside = new ByteArrayInputStream(all);
        List<String> words = new ArrayList<>();
        while (inside.available() > 0) {
            words.add(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(string(inside, all.length)))
                    .toString());
        }
        return words;
    }

    private static byte[] string(InputStream in, int most) throws IOException {
        int length = 0;
        for (int b = in.read(); b != ':'; b = in.read()) {
            length = b >= '0' && b <= '9' ? length * 10 + b - '0' : Integer.MAX_VALUE;
            if (length > most) {
                throw new IOException("not a command: LENGTH:BYTES, is wanted, of at most " + most + " bytes");
            }
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length || in.read() != ',') {
            throw new EOFException("not a command: it is not as long as it says");
        }
        return bytes;
    }

    /** A word as an operator types it: a line that is read by Gogo, or by the prompt of the standalone server, gives it back. */
    static String quoted(String word) {
        return word.matches(SAFE) ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
