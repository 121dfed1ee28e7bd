package im.restante.internal.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.http.HttpResponse;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdminGateTest {
    private static final String HOST = "127.0.0.1:5280";

    private final AdminGate gate = new AdminGate(Set.of("chat.example"));

    private int status(String method, String host, String fields) {
        Map<String, List<String>> all = new HashMap<>();
        Arrays.stream(fields.split(";")).filter(one -> !one.isBlank()).forEach(one -> {
            String[] parts = one.trim().split("=", 2);
            all.merge(parts[0], List.of(parts[1]), (a, b) -> List.of(a.get(0), b.get(0)));
        });
        HttpResponse refusal = gate.refusal(method, host, name -> all.getOrDefault(name, List.of()));
        return refusal == null ? 200 : refusal.status();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:5280, 200",
        "localhost, 200",
        "LocalHost:5280, 200",
        "localhost.:5280, 200",
        "[::1]:5280, 200",
        "10.0.0.7, 200",
        "chat.example, 200",
        "CHAT.example:1, 200",
        "evil.example, 421",
        "localhost.evil.example, 421",
        "127.0.0.1.evil.example, 421",
        "chat.example.evil.example, 421",
        "evil-chat.example, 421",
        "localhost:5280@evil.example, 421",
        "'', 421"
    })
    void whoeverIsAskedForMustBeUs(String host, int status) {
        assertEquals(status, status("GET", host, ""));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, '', 200",
        "POST, '', 200",
        "POST, Origin=http://127.0.0.1:5280, 200",
        "POST, Origin=http://127.0.0.1, 403",
        "POST, Origin=http://127.0.0.1:80, 403",
        "POST, Origin=http://evil.example, 403",
        "POST, Origin=null, 403",
        "GET, Origin=http://evil.example, 403",
        "OPTIONS, Origin=http://evil.example, 403",
        "POST, Origin=http://127.0.0.1:5280;Origin=http://evil.example, 403",
        "POST, Sec-Fetch-Site=same-origin, 200",
        "POST, Sec-Fetch-Site=same-origin;Origin=null, 200",
        "POST, Sec-Fetch-Site=none, 200",
        "POST, Sec-Fetch-Site=same-site, 403",
        "POST, Sec-Fetch-Site=cross-site, 403",
        "POST, Sec-Fetch-Site=cross-site;Origin=http://127.0.0.1:5280, 403",
        "POST, Sec-Fetch-Site=cross-site;Sec-Fetch-Mode=navigate;Sec-Fetch-Dest=document, 403",
        "GET, Sec-Fetch-Site=cross-site;Sec-Fetch-Mode=navigate;Sec-Fetch-Dest=document, 200",
        "GET, Sec-Fetch-Site=cross-site;Sec-Fetch-Mode=navigate;Sec-Fetch-Dest=iframe, 403",
        "GET, Sec-Fetch-Site=cross-site;Sec-Fetch-Mode=no-cors;Sec-Fetch-Dest=image, 403",
        "GET, Sec-Fetch-Site=same-origin;Sec-Fetch-Site=cross-site, 403",
        "GET, Sec-Fetch-Site=something, 403"
    })
    void whatABrowserSendsForOtherSitesIsRefused(String method, String fields, int status) {
        assertEquals(status, status(method, HOST, fields));
    }
}
