package im.restante.internal.sasl;

import im.restante.account.Accounts;
import im.restante.account.ScramHash;
import im.restante.jid.Jid;
import im.restante.sasl.SaslExchange;
import im.restante.sasl.SaslFailure;
import im.restante.sasl.SaslLogin;
import im.restante.sasl.SaslMechanism;
import im.restante.sasl.SaslStep;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A proof of the password that tells nobody the password (RFC 5802, RFC 7677), bound to the channel or not. */
final class ScramMechanism implements SaslMechanism {
    private static final int NONCE_BYTES = 18;
    private static final String PLUS = "-PLUS";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Accounts accounts;
    private final ScramHash hash;
    private final boolean plus;
    private final String name;

    ScramMechanism(Accounts accounts, ScramHash hash, boolean plus) {
        this.accounts = accounts;
        this.hash = hash;
        this.plus = plus;
        this.name = "SCRAM-" + hash.digest() + (plus ? PLUS : "");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public SaslExchange begin(SaslLogin login) {
        return new Exchange(login);
    }

    private static String nonce() {
        byte[] bytes = new byte[NONCE_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes); // printable, and without a comma
    }

    private final class Exchange implements SaslExchange {
        private final SaslLogin login;
        private final ScramExchange scram;
        /** Null until the client has said who it is. */
        private volatile Jid account;

        private Exchange(SaslLogin login) {
            this.login = login;
            boolean plusOffered =
                    login.offered().stream().anyMatch(one -> one.startsWith("SCRAM-") && one.endsWith(PLUS));
            this.scram = new ScramExchange(hash, plus, plusOffered, login.channelBindings(), nonce());
        }

        @Override
        public CompletionStage<SaslStep> answer(byte[] message) throws SaslFailure {
            if (account != null) {
                return CompletableFuture.completedFuture(proved(message));
            }
            scram.clientFirst(message);
            return login.claim(scram.username(), scram.authzid()).thenCompose(claimed -> {
                account = claimed;
                return AccountsAnswer.within(accounts.credentials(claimed, hash, login.client()))
                        .thenApply(credentials -> SaslStep.challenge(scram.challenge(credentials)));
            });
        }

        private SaslStep proved(byte[] message) throws SaslFailure {
            byte[] last = scram.clientFinal(message);
            if (last == null) {
                throw SaslFailure.wrong("wrong password, channel or nonce, or no such user: " + account);
            }
            return SaslStep.success(last);
        }
    }
}
