package im.restante.internal.c2s;

import java.io.IOException;
import java.io.InputStream;

/**
 * Leaves out the white space that some clients write behind {@code <starttls/>} or {@code <auth/>} and that comes when the next
 * stream, or TLS, has begun. From the first other byte on it changes nothing.
 */
final class LeadingSpace extends InputStream {
    private final InputStream in;
    private boolean begun;

    LeadingSpace(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (begun || length == 0) {
            return in.read(buffer, offset, length);
        }
        while (true) {
            int read = in.read(buffer, offset, length);
            int space = 0;
            while (space < read && isSpace(buffer[offset + space])) {
                space++;
            }
            if (space < read || read < 0) {
                begun = true;
                System.arraycopy(buffer, offset + space, buffer, offset, Math.max(0, read - space));
                return read < 0 ? read : read - space;
            }
        }
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    @Override
    public int available() throws IOException {
        return in.available();
    }
}
