package im.restante.internal.session.owner;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Rows on their way out of the store. */
record Removal(List<Long> ids, CompletableFuture<Void> done) {}
