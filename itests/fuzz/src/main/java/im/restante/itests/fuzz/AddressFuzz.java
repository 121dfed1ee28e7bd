package im.restante.itests.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;

/** An address. One that is taken is prepared: reading it again changes nothing. */
public final class AddressFuzz {
    private AddressFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, UTF_8);
        Jid address;
        try {
            address = Jid.of(text);
        } catch (InvalidJidException e) {
            return;
        }
        Jid again;
        try {
            again = Jid.of(address.toString());
        } catch (InvalidJidException e) {
            throw new AssertionError("what was prepared is refused: " + address, e);
        }
        Demand.that(again.equals(address), "what was prepared changes: " + address + " to " + again);
        Demand.that(
                Jid.of(address.local(), address.domain(), address.resource()).equals(address), "its parts are others");
        Demand.that(address.toString().getBytes(UTF_8).length <= 3 * Jid.MAX_PART_BYTES + 2, "it is too long");
    }
}
