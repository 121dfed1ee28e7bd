package im.restante.internal.why;

import im.restante.message.HistoryEntry.Kind;
import java.util.ArrayList;
import java.util.List;

/** An entry as numbers and characters in arrays that others share, so that keeping it makes no object. */
final class Packed {
    /** What an entry has beside its text: its shape, time, arrival id and revision. */
    static final int NUMBERS = 4;
    /** In the place of a shape, where an entry goes on. */
    static final long CONTINUED = -1;

    private static final Kind[] KINDS = Kind.values();
    private static final int ID_CHARACTERS = Long.SIZE / Character.SIZE;

    // What a shape is made of: which bits. Of the last two it tells one more, since 0 is null.
    private static final int SEVERAL = 8;
    private static final int OWNER = 20;
    private static final int SENDER = 32;
    private static final int MESSAGE_ID = 44;
    private static final int REASON = 54;
    private static final int END = 64;

    private Packed() {}

    /** How many characters {@link #write} writes. */
    static int characters(Entry entry) {
        return entry.owner().length()
                + length(entry.sender())
                + length(entry.messageId())
                + length(entry.reason())
                + entry.several().size() * ID_CHARACTERS;
    }

    /** The same for what was written. */
    static int characters(long shape) {
        return count(shape, OWNER, SENDER)
                + count(shape, SENDER, MESSAGE_ID)
                + Math.max(0, count(shape, MESSAGE_ID, REASON) - 1)
                + Math.max(0, count(shape, REASON, END) - 1)
                + count(shape, SEVERAL, OWNER) * ID_CHARACTERS;
    }

    static void write(Entry entry, long[] numbers, int number, char[] text, int at) {
        numbers[number] = shape(entry);
        numbers[number + 1] = entry.millis();
        numbers[number + 2] = entry.id();
        numbers[number + 3] = entry.revision();
        int end = write(entry.owner(), text, at);
        end = write(entry.sender(), text, end);
        end = write(entry.messageId(), text, end);
        end = write(entry.reason(), text, end);
        List<Long> several = entry.several();
        for (int i = 0; i < several.size(); i++) {
            for (int bit = 0; bit < Long.SIZE; bit += Character.SIZE) {
                text[end++] = (char) (several.get(i) >>> bit);
            }
        }
    }

    private static int write(String part, char[] text, int at) {
        if (part == null) {
            return at;
        }
        part.getChars(0, part.length(), text, at);
        return at + part.length();
    }

    static Entry read(long[] numbers, char[] text) {
        long shape = numbers[0];
        int sender = count(shape, OWNER, SENDER);
        int messageId = sender + count(shape, SENDER, MESSAGE_ID);
        int reason = messageId + Math.max(0, count(shape, MESSAGE_ID, REASON) - 1);
        int several = reason + Math.max(0, count(shape, REASON, END) - 1);
        return new Entry(
                numbers[1],
                new String(text, 0, sender),
                count(shape, SENDER, MESSAGE_ID) == 0 ? null : new String(text, sender, messageId - sender),
                count(shape, MESSAGE_ID, REASON) == 0 ? null : new String(text, messageId, reason - messageId),
                numbers[2],
                ids(text, several, count(shape, SEVERAL, OWNER)),
                KINDS[count(shape, 0, SEVERAL)],
                count(shape, REASON, END) == 0 ? null : new String(text, reason, several - reason),
                (int) numbers[3]);
    }

    private static List<Long> ids(char[] text, int at, int count) {
        List<Long> ids = new ArrayList<>(count);
        for (int i = at; i < at + count * ID_CHARACTERS; i += ID_CHARACTERS) {
            long id = 0;
            for (int c = 0; c < ID_CHARACTERS; c++) {
                id |= (long) text[i + c] << c * Character.SIZE;
            }
            ids.add(id);
        }
        return ids;
    }

    private static long shape(Entry entry) {
        return entry.kind().ordinal()
                | (long) entry.several().size() << SEVERAL
                | (long) entry.owner().length() << OWNER
                | (long) length(entry.sender()) << SENDER
                | (entry.messageId() == null ? 0 : entry.messageId().length() + 1L) << MESSAGE_ID
                | (entry.reason() == null ? 0 : entry.reason().length() + 1L) << REASON;
    }

    private static int count(long shape, int from, int to) {
        return (int) (shape >>> from & (1L << to - from) - 1);
    }

    private static int length(String text) {
        return text == null ? 0 : text.length();
    }
}
