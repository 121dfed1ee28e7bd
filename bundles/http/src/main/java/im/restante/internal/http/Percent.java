package im.restante.internal.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Decodes paths and queries (RFC 3986 §2.1), once and strictly. */
final class Percent {
    private Percent() {}

    /**
     * The path of a request, decoded: absolute, without segments {@code .} and {@code ..}, without empty ones but the last, and without
     * anything that could be taken for a separator, or for the end of a name, by whoever uses it.
     *
     * @param raw as it was sent
     */
    static String path(String raw) throws BadRequestException {
        if (raw == null || !raw.startsWith("/")) {
            throw new BadRequestException("the path must begin with a slash");
        }
        String lower = raw.toLowerCase(Locale.ROOT);
        if (lower.contains("%2f") || lower.contains("%5c") || lower.indexOf('\\') >= 0) {
            throw new BadRequestException("the path has an encoded slash or a backslash");
        }
        String path = decoded(raw, false);
        if (path.chars().anyMatch(Character::isISOControl)) {
            throw new BadRequestException("the path has a control character");
        }
        String[] segments = path.split("/", -1);
        for (int i = 1; i < segments.length; i++) {
            String segment = segments[i];
            if (segment.equals(".") || segment.equals("..") || segment.isEmpty() && i < segments.length - 1) {
                throw new BadRequestException("the path has an empty segment, or one of dots");
            }
        }
        return path;
    }

    /** The parameters of a query, in their order. @param raw null: none */
    static Map<String, List<String>> query(String raw) throws BadRequestException {
        Map<String, List<String>> all = new LinkedHashMap<>();
        if (raw == null || raw.isEmpty()) {
            return all;
        }
        for (String one : raw.split("&")) {
            if (!one.isEmpty()) {
                int equals = one.indexOf('=');
                String name = decoded(equals < 0 ? one : one.substring(0, equals), true);
                String value = equals < 0 ? "" : decoded(one.substring(equals + 1), true);
                all.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
            }
        }
        return all;
    }

    private static String decoded(String raw, boolean plusIsBlank) throws BadRequestException {
        ByteBuffer bytes = ByteBuffer.allocate(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                int high = digit(raw, i + 1);
                int low = digit(raw, i + 2);
                if (high < 0 || low < 0) {
                    throw new BadRequestException("a percent sign must be followed by two hexadecimal digits");
                }
                bytes.put((byte) (high * 16 + low));
                i += 2;
            } else if (c <= ' ' || c >= 0x7f) {
                throw new BadRequestException("a character that must be percent-encoded is not");
            } else {
                bytes.put((byte) (c == '+' && plusIsBlank ? ' ' : c));
            }
        }
        try {
            return UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw new BadRequestException("what is percent-encoded must be UTF-8");
        }
    }

    /** Of ASCII digits alone. @return -1 if there is none */
    private static int digit(String raw, int at) {
        return at < raw.length() && raw.charAt(at) < 0x80 ? Character.digit(raw.charAt(at), 16) : -1;
    }
}
