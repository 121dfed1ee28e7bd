package im.restante.internal.session;

import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.jid.Jid;
import im.restante.store.StoreException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The secret behind stanza-ids, so that they stay the same over a restart: 32 random bytes, base64, in the user repository under
 * the domain's own address, node {@code server}, key {@code stanza-id-key}. Made at first use.
 */
final class ServerKey {
    private static final String NODE = "server";
    private static final String KEY = "stanza-id-key";
    private static final int BYTES = 32;

    private ServerKey() {}

    /** Reads the key, or makes it; what is in the repository afterwards is the key, whoever wrote it. */
    static CompletionStage<byte[]> of(UserRepository users, Jid domain) {
        return read(users, domain)
                .thenCompose(found -> found != null
                        ? CompletableFuture.completedFuture(found)
                        : make(users, domain)
                                .thenCompose(made -> read(users, domain))
                                .thenCompose(ServerKey::present));
    }

    private static CompletionStage<byte[]> read(UserRepository users, Jid domain) {
        return users.values(domain, NODE).thenApply(ServerKey::decoded);
    }

    private static byte[] decoded(Map<String, String> values) {
        String text = values.get(KEY);
        return text == null ? null : Base64.getDecoder().decode(text);
    }

    private static CompletionStage<Boolean> make(UserRepository users, Jid domain) {
        byte[] key = new byte[BYTES];
        new SecureRandom().nextBytes(key);
        List<Setting> setting =
                List.of(new Setting(NODE, KEY, Base64.getEncoder().encodeToString(key)));
        return users.create(domain, setting)
                .thenCompose(made -> made ? CompletableFuture.completedFuture(true) : users.write(domain, setting));
    }

    private static CompletionStage<byte[]> present(byte[] key) {
        return key != null
                ? CompletableFuture.completedFuture(key)
                : CompletableFuture.failedFuture(
                        new StoreException("the user repository did not keep " + NODE + '/' + KEY));
    }
}
