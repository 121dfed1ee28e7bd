package org.example.restante;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.sasl.SaslExchange;
import im.restante.sasl.SaslFailure;
import im.restante.sasl.SaslLogin;
import im.restante.sasl.SaslMechanism;
import im.restante.sasl.SaslStep;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;

/**
 * Another way to log in: with a voucher instead of a password. There while {@code etc/org.example.restante.voucher.cfg} has
 * {@code vouchers=name:code,name:code}. Its ranking puts it behind the mechanisms of the server, the best of which a client takes.
 */
@Component(configurationPid = "org.example.restante.voucher", configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class VoucherMechanism implements SaslMechanism {
    private final Map<String, String> codes = new HashMap<>();

    @interface Config {
        String[] vouchers();
    }

    @Activate
    public VoucherMechanism(Config config) {
        for (String list : config.vouchers()) {
            for (String voucher : list.split(",")) {
                int colon = voucher.indexOf(':');
                if (colon < 1) {
                    throw new IllegalArgumentException(
                            "a voucher must look like name:code, with commas between several");
                }
                codes.put(voucher.substring(0, colon).strip(), voucher.substring(colon + 1));
            }
        }
    }

    @Override
    public String name() {
        return "X-VOUCHER";
    }

    @Override
    public SaslExchange begin(SaslLogin login) {
        return message -> answer(login, message);
    }

    /** The one message of the client: a name, NUL, a code. */
    private CompletionStage<SaslStep> answer(SaslLogin login, byte[] message) throws SaslFailure {
        String[] parts = new String(message, UTF_8).split("\0", -1);
        if (parts.length != 2) {
            throw new SaslFailure(SaslFailure.Condition.MALFORMED_REQUEST, "not a name, NUL and a code");
        }
        return login.claim(parts[0], null).thenApply(account -> {
            String code = codes.get(account.local());
            if (code == null || !MessageDigest.isEqual(code.getBytes(UTF_8), parts[1].getBytes(UTF_8))) {
                throw new CompletionException(SaslFailure.wrong("no such voucher of " + account));
            }
            return SaslStep.success(null);
        });
    }
}
