package im.restante.internal.accounts;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.Provider;
import java.security.Security;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.MacSpi;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.SecretKeyFactorySpi;
import javax.crypto.spec.PBEKeySpec;

/** While it is open, everything in this JVM that asks for PBKDF2 or HMAC is written down, and done by the JDK's own. */
final class CountedCrypto extends Provider implements AutoCloseable {
    private static final long serialVersionUID = 1L;
    private static final String NAME = "counted";
    private static final String JDK = "SunJCE";

    /** One line for each derivation, with its iterations, and for each HMAC. */
    private static final List<String> DONE = Collections.synchronizedList(new ArrayList<>());

    CountedCrypto() {
        super(NAME, "1", "writes down what is computed");
        for (String hash : new String[] {"HmacSHA1", "HmacSHA256"}) {
            putService(new Service(this, "Mac", hash, MacSpi.class.getName(), null, null) {
                @Override
                public Object newInstance(Object parameter) {
                    return new CountedMac(hash);
                }
            });
            putService(
                    new Service(
                            this,
                            "SecretKeyFactory",
                            "PBKDF2With" + hash,
                            SecretKeyFactorySpi.class.getName(),
                            null,
                            null) {
                        @Override
                        public Object newInstance(Object parameter) {
                            return new CountedFactory("PBKDF2With" + hash);
                        }
                    });
        }
        Security.insertProviderAt(this, 1);
    }

    /** What was done since the last time this was asked. */
    List<String> done() {
        synchronized (DONE) {
            List<String> done = DONE.stream().sorted().toList();
            DONE.clear();
            return done;
        }
    }

    @Override
    public void close() {
        Security.removeProvider(NAME);
    }

    private static final class CountedMac extends MacSpi {
        private final String algorithm;
        private final Mac mac;

        CountedMac(String algorithm) {
            this.algorithm = algorithm;
            try {
                mac = Mac.getInstance(algorithm, JDK);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        protected int engineGetMacLength() {
            return mac.getMacLength();
        }

        @Override
        protected void engineInit(Key key, AlgorithmParameterSpec params)
                throws InvalidKeyException, InvalidAlgorithmParameterException {
            mac.init(key, params);
        }

        @Override
        protected void engineUpdate(byte input) {
            mac.update(input);
        }

        @Override
        protected void engineUpdate(byte[] input, int offset, int length) {
            mac.update(input, offset, length);
        }

        @Override
        protected byte[] engineDoFinal() {
            DONE.add(algorithm);
            return mac.doFinal();
        }

        @Override
        protected void engineReset() {
            mac.reset();
        }
    }

    private static final class CountedFactory extends SecretKeyFactorySpi {
        private final String algorithm;
        private final SecretKeyFactory factory;

        CountedFactory(String algorithm) {
            this.algorithm = algorithm;
            try {
                factory = SecretKeyFactory.getInstance(algorithm, JDK);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        protected SecretKey engineGenerateSecret(KeySpec spec) throws InvalidKeySpecException {
            DONE.add(algorithm + ' ' + ((PBEKeySpec) spec).getIterationCount());
            return factory.generateSecret(spec);
        }

        @Override
        protected KeySpec engineGetKeySpec(SecretKey key, Class<?> spec) throws InvalidKeySpecException {
            return factory.getKeySpec(key, spec);
        }

        @Override
        protected SecretKey engineTranslateKey(SecretKey key) throws InvalidKeyException {
            return factory.translateKey(key);
        }
    }
}
