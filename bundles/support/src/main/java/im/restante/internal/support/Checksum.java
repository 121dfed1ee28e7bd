package im.restante.internal.support;

import java.util.zip.CRC32C;

/** What tells that a stanza is read as it was written: engines notice a broken page at most, not changed bytes inside a value. */
public final class Checksum {
    private Checksum() {}

    /** CRC-32C of the bytes; as an int, possibly negative, it fits the plain integer of every engine. */
    public static int of(byte[] stanza) {
        CRC32C crc = new CRC32C();
        crc.update(stanza, 0, stanza.length);
        return (int) crc.getValue();
    }
}
