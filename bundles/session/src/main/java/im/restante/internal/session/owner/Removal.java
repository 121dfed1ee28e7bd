package im.restante.internal.session.owner;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Rows on their way out of the store; {@code done} completes when they are gone. */
record Removal(List<Long> ids, CompletableFuture<Void> done) {}
