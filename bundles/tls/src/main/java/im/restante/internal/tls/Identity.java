package im.restante.internal.tls;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * A private key and the certificates that go with it.
 *
 * @param chain the key's own certificate first
 */
record Identity(PrivateKey key, List<X509Certificate> chain) {
    Identity {
        chain = List.copyOf(chain);
    }

    X509Certificate certificate() {
        return chain.get(0);
    }

    /** Whether the key is the one that the first certificate names. */
    boolean matches() {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        try {
            byte[] sample = "sample".getBytes(StandardCharsets.US_ASCII);
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(sample);
            byte[] signed = signature.sign();
            signature.initVerify(certificate().getPublicKey());
            signature.update(sample);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** A context that shows everybody the identity it is given at each handshake, and asks nobody for a certificate. */
    static SSLContext context(Supplier<Identity> shown) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {new OneKey(shown)}, new TrustManager[0], null);
        return context;
    }

    /**
     * The stock key managers want a key store, whose encryption of a key in memory takes longer than a handshake. A handshake asks for the
     * certificate and for the key one after the other: by the alias it gets both of one identity, also while they are replaced.
     */
    private static final class OneKey extends X509ExtendedKeyManager {
        private final Supplier<Identity> source;
        private volatile Shown latest;

        /** @param before what was shown before it; null for nothing */
        private record Shown(String alias, Identity identity, Shown before) {}

        OneKey(Supplier<Identity> source) {
            this.source = source;
        }

        private Shown latest() {
            Identity now = source.get();
            Shown shown = latest;
            return shown != null && shown.identity == now ? shown : show(now);
        }

        private synchronized Shown show(Identity now) {
            Shown shown = latest;
            if (shown == null || shown.identity != now) {
                String alias = "server-" + System.identityHashCode(now);
                latest = new Shown(alias, now, shown == null ? null : new Shown(shown.alias, shown.identity, null));
            }
            return latest;
        }

        private Identity of(String alias) {
            Shown shown = latest;
            boolean old = shown.before != null && shown.before.alias.equals(alias);
            return old ? shown.before.identity : shown.identity;
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            Shown shown = latest();
            return keyType.equals(shown.identity.key.getAlgorithm()) ? shown.alias : null;
        }

        @Override
        public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
            return chooseServerAlias(keyType, issuers, null);
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            String alias = chooseServerAlias(keyType, issuers, null);
            return alias == null ? null : new String[] {alias};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return of(alias).chain.toArray(new X509Certificate[0]);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return of(alias).key;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return null;
        }

        @Override
        public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
            return null;
        }
    }
}
