package im.restante.internal.accounts;

import im.restante.account.Setting;
import im.restante.home.Homes;
import im.restante.home.ServerSecrets;
import im.restante.jid.Jid;
import im.restante.store.StoreException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The record of a domain in the user repository: its node {@link #NODE} holds the secrets of the server. Nothing is cached. */
final class DomainRecord implements ServerSecrets {
    static final String NODE = "server";

    private static final int SECRET_BYTES = 32;

    private final RepositoryAccess users;
    private final Homes homes;
    private final SecureRandom random;

    DomainRecord(RepositoryAccess users, Homes homes, SecureRandom random) {
        this.users = users;
        this.homes = homes;
        this.random = random;
    }

    /** What is in the repository when it has been made is the secret, whoever wrote it. */
    @Override
    public CompletableFuture<String> secret(Jid domain, String name) {
        return read(domain, name)
                .thenCompose(found -> found != null
                        ? CompletableFuture.completedFuture(found)
                        : make(domain, name)
                                .thenCompose(made -> read(domain, name))
                                .thenCompose(made -> present(domain, made)));
    }

    private CompletableFuture<String> read(Jid domain, String name) {
        return users.ask(repository -> repository.values(domain, NODE)).thenApply(values -> values.get(name));
    }

    /** Another one may be making the same record at this moment: then creating fails and writing works. */
    private CompletableFuture<Boolean> make(Jid domain, String name) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        List<Setting> settings =
                List.of(new Setting(NODE, name, Base64.getEncoder().encodeToString(secret)));
        return users.ask(repository -> repository.create(domain, settings, homes.fence(domain)))
                .thenCompose(created -> created
                        ? CompletableFuture.completedFuture(true)
                        : users.ask(repository -> repository.write(domain, settings, homes.fence(domain))));
    }

    private static CompletableFuture<String> present(Jid domain, String made) {
        return made != null
                ? CompletableFuture.completedFuture(made)
                : CompletableFuture.failedFuture(new StoreException(
                        "the record of " + domain + " can be neither made nor written in the user repository"));
    }
}
