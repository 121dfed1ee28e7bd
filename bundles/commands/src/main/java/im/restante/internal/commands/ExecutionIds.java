package im.restante.internal.commands;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.internal.support.RandomId;
import im.restante.jid.Jid;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Names of executions ({@code sessionid}). Whether one was given by this run of the server to that requester for that node can be told
 * without having kept it, so that one that is over is not taken for one that never was (XEP-0050 §4.4).
 */
final class ExecutionIds {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;

    private final SecretKeySpec key;

    ExecutionIds() {
        byte[] bytes = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(bytes);
        key = new SecretKeySpec(bytes, ALGORITHM);
    }

    String next(Jid requester, String node) {
        String random = RandomId.next();
        return random + '.' + seal(random, requester, node);
    }

    boolean isOurs(String id, Jid requester, String node) {
        int dot = id.indexOf('.');
        return dot > 0
                && MessageDigest.isEqual(
                        id.substring(dot + 1).getBytes(UTF_8),
                        seal(id.substring(0, dot), requester, node).getBytes(UTF_8));
    }

    private String seal(String random, Jid requester, String node) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update((random + '\n' + requester + '\n' + node).getBytes(UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
