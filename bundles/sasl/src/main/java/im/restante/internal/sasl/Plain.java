package im.restante.internal.sasl;

import im.restante.account.Accounts;
import im.restante.sasl.SaslExchange;
import im.restante.sasl.SaslFailure;
import im.restante.sasl.SaslFailure.Condition;
import im.restante.sasl.SaslLogin;
import im.restante.sasl.SaslMechanism;
import im.restante.sasl.SaslStep;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** The password as it is (RFC 4616). */
final class Plain implements SaslMechanism {
    private final Accounts accounts;

    Plain(Accounts accounts) {
        this.accounts = accounts;
    }

    @Override
    public String name() {
        return "PLAIN";
    }

    @Override
    public SaslExchange begin(SaslLogin login) {
        return message -> answer(login, message);
    }

    private CompletionStage<SaslStep> answer(SaslLogin login, byte[] message) throws SaslFailure {
        String[] parts = ScramExchange.text(message).split("\0", -1);
        if (parts.length != 3 || parts[1].isEmpty() || parts[2].isEmpty()) {
            throw new SaslFailure(Condition.MALFORMED_REQUEST, "not authzid NUL authcid NUL password");
        }
        return login.claim(parts[1], parts[0])
                .thenCompose(account -> AccountsAnswer.within(accounts.verify(account, parts[2], login.client()))
                        .thenApply(right -> {
                            if (!right) {
                                throw new CompletionException(
                                        SaslFailure.wrong("wrong password or no such user: " + account));
                            }
                            return SaslStep.success(null);
                        }));
    }
}
