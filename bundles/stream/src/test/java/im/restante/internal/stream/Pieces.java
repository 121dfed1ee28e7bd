package im.restante.internal.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** A connection on which at most so many bytes come at once. */
final class Pieces extends ByteArrayInputStream {
    private final int most;

    private Pieces(byte[] bytes, int most) {
        super(bytes);
        this.most = most;
    }

    static InputStream of(String text, int most) {
        return new Pieces(text.getBytes(UTF_8), most);
    }

    static InputStream of(byte[] bytes, int most) {
        return new Pieces(bytes, most);
    }

    @Override
    public synchronized int read(byte[] to, int offset, int length) {
        return super.read(to, offset, Math.min(length, most));
    }
}
