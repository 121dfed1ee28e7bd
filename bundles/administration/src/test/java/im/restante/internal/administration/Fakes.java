package im.restante.internal.administration;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.junit.jupiter.api.Assertions.assertThrows;

import im.restante.admin.AdministrationException;
import im.restante.jid.Jid;
import im.restante.server.ServerInfo;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/** What the tests of this bundle share. */
final class Fakes {
    static final Jid ROMEO = Jid.of("romeo@example.org");
    static final Jid JULIET = Jid.of("juliet@example.org");
    static final Instant STARTED = Instant.parse("2026-11-22T20:00:00Z");

    private Fakes() {}

    /** A service of which only what a test asks is there. */
    static <T> T fake(Class<T> type, BiFunction<String, Object[], Object> answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, args) -> answers.apply(method.getName(), args)));
    }

    static ServerInfo server() {
        return fake(ServerInfo.class, (name, args) -> switch (name) {
            case "domain" -> Jid.of("example.org");
            case "name" -> "Restante";
            case "version" -> "1";
            case "startedAt" -> STARTED;
            default -> throw new UnsupportedOperationException(name);
        });
    }

    static <T> CompletionStage<T> done(T value) {
        return completedFuture(value);
    }

    static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** {@code REASON message}. */
    static String refusal(CompletionStage<?> stage) {
        Throwable said = assertThrows(
                        ExecutionException.class,
                        () -> stage.toCompletableFuture().get(60, TimeUnit.SECONDS))
                .getCause();
        AdministrationException told = (AdministrationException) said;
        return told.reason() + " " + told.getMessage();
    }
}
