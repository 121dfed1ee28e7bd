package im.restante.internal.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Random;

/** Puts pieces of XML, and bytes that are none, where they do not belong. */
final class Damage {
    private static final String[] SNIPPETS = {
        "<",
        ">",
        "&",
        ";",
        "'",
        "\"",
        "/",
        "=",
        " ",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "]",
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "<?",
        "?>",
        "<!DOCTYPE",
        "&amp;",
        "&#0;",
        "&#x1F600;",
        "&#xD;",
        "&lt",
        "&x;",
        "xmlns='u'",
        " xmlns:p='v'",
        "p:",
        ":",
        " a='1'",
        "<a>",
        "</a>",
        "<a/>",
        "<p:a/>",
        "xml:lang='x'",
        "\u0000",
        "\u0001",
        "\u00e9",
        "\ufffe",
        "\ud83d\ude00",
        "a",
        "1",
        "-"
    };

    private Damage() {}

    /** One to three changes. */
    static byte[] to(byte[] whole, Random random) {
        byte[] bytes = whole;
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(bytes.length);
            int gone = random.nextInt(4) == 0 ? random.nextInt(8) : 0;
            byte[] put = random.nextInt(8) == 0
                    ? new byte[] {(byte) random.nextInt(256)}
                    : SNIPPETS[random.nextInt(SNIPPETS.length)].getBytes(UTF_8);
            int rest = Math.min(bytes.length, at + gone);
            byte[] next = new byte[at + put.length + bytes.length - rest];
            System.arraycopy(bytes, 0, next, 0, at);
            System.arraycopy(put, 0, next, at, put.length);
            System.arraycopy(bytes, rest, next, at + put.length, bytes.length - rest);
            bytes = next;
        }
        return bytes;
    }
}
