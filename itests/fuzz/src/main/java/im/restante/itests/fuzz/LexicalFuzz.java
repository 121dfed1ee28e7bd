package im.restante.itests.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.internal.support.Lexical;
import im.restante.internal.support.Printable;
import java.math.BigInteger;
import java.util.Base64;

/** Numbers and base64, against the plainest way to read them; and what becomes of any text that is printed. */
public final class LexicalFuzz {
    private static final long MOST = 0xffffffffL;

    private LexicalFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, UTF_8);
        long expected = -1;
        if (text.matches("[0-9]+") && new BigInteger(text).bitLength() <= 32) {
            expected = Long.parseLong(text);
        }
        Demand.that(Lexical.unsigned(text, MOST) == expected, "another number");
        Integer signed = Lexical.signed(text, -128, 127);
        Demand.that(
                text.matches("[-+]?[0-9]{1,9}") && Integer.parseInt(text) >= -128 && Integer.parseInt(text) <= 127
                        ? signed != null && signed == Integer.parseInt(text)
                        : signed == null || text.length() > 9,
                "another signed number: " + signed);
        try {
            byte[] bytes = Lexical.base64(text);
            String again = Base64.getEncoder().encodeToString(bytes);
            Demand.that(again.length() == text.length(), "base64 of another length");
        } catch (IllegalArgumentException e) {
            Demand.that(!text.equals(Base64.getEncoder().encodeToString(input)), "base64 is refused");
        }
        Demand.that(Printable.line(text).chars().noneMatch(Character::isISOControl), "a line that is printed breaks");
        Demand.that(Lexical.collapsed(text).length() <= text.length(), "longer without white space");
    }
}
