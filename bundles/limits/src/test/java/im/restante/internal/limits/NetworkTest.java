package im.restante.internal.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {
    @ParameterizedTest(name = "{1} in {0}: {2}")
    @CsvSource({
        "127.0.0.0/8, 127.255.0.1, true",
        "127.0.0.0/8, 128.0.0.1, false",
        "192.0.2.16/28, 192.0.2.31, true",
        "192.0.2.16/28, 192.0.2.32, false",
        "192.0.2.16/28, 192.0.2.15, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.6, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "::/0, 2001:db8::1, true",
        "::/0, 192.0.2.7, false",
        "::1, ::1, true",
        "2001:db8:0:8000::/49, 2001:db8:0:8000::1, true",
        "2001:db8:0:8000::/49, 2001:db8:0:7fff::1, false",
        "2001:DB8::/32, 2001:db8:ffff::1, true",
    })
    void holdsTheAddressesWithItsPrefix(String network, String address, boolean contained) throws UnknownHostException {
        assertEquals(contained, Network.of(network).contains(InetAddress.getByName(address)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost", "1", "127.1", "127.0.0.1/33", "127.0.0.1/8", "::1/129", "2001:db8::1/64", "10.0.0.256",
                "10.0.0.0/", "/8", "", "fe80::1%eth0", "1:2", "::ffff:10.0.0.0/104", "dead", "10.0.0.0/8/8"
            })
    void whatIsNoNetworkIsNamed(String text) {
        IllegalArgumentException problem = assertThrows(IllegalArgumentException.class, () -> Network.of(text));
        assertTrue(problem.getMessage().contains('\'' + text + '\''), problem.getMessage());
    }

    @Test
    void aListMayBeEmpty() {
        assertEquals(List.of(), Network.list("none"));
        assertEquals(2, Network.list("10.0.0.0/8 , ::1").size());
        assertThrows(IllegalArgumentException.class, () -> Network.list("10.0.0.0/8,"));
    }
}
