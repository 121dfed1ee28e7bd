package im.restante.internal.administration;

import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Accounts whose names begin in one way, out of a list of all in the order of their text, of which a page at a time can be had. */
final class NamePrefix {
    private final String prefix;
    private final String domain;

    private NamePrefix(String prefix, String domain) {
        this.prefix = prefix;
        this.domain = domain;
    }

    /** Null if no name begins so. It is prepared like a name: upper case is lower case. */
    static NamePrefix of(String text, String domain) {
        try {
            return text.indexOf('@') >= 0 || text.indexOf('/') >= 0
                    ? null
                    : new NamePrefix(Jid.of(text, domain, null).local(), domain);
        } catch (InvalidJidException e) {
            return null;
        }
    }

    /** The order of stores: that of UTF-8, and so of code points. */
    static int order(Jid one, Jid other) {
        return order(one.toString(), other.toString());
    }

    private static int order(String one, String other) {
        return Arrays.compareUnsigned(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * An address before all of them, so that not everybody is looked at; null if none is found, and then the list is read from its
     * beginning. The name that ends in the character before the last one of the prefix: what follows it there stands before the prefix
     * too.
     */
    Jid before() {
        int at = prefix.offsetByCodePoints(prefix.length(), -1);
        String wanted = prefix.substring(0, at) + Character.toString(prefix.codePointAt(at) - 1);
        try {
            Jid found = Jid.of(wanted, domain, null);
            return found.local().equals(wanted) ? found : null;
        } catch (InvalidJidException e) {
            return null;
        }
    }

    /**
     * At most {@code max} of them behind {@code after}.
     *
     * @param pages gives those behind an address (null: the first), none at the end
     */
    CompletionStage<List<Jid>> page(Jid after, int max, Function<Jid, CompletionStage<List<Jid>>> pages) {
        return page(after, max, new ArrayList<>(), pages);
    }

    private CompletionStage<List<Jid>> page(
            Jid after, int max, List<Jid> found, Function<Jid, CompletionStage<List<Jid>>> pages) {
        return pages.apply(after).thenCompose(page -> {
            for (Jid account : page) {
                String name = account.local();
                if (name.startsWith(prefix)) {
                    found.add(account);
                } else if (order(name, prefix) > 0) {
                    return CompletableFuture.completedFuture(found);
                }
                if (found.size() == max) {
                    return CompletableFuture.completedFuture(found);
                }
            }
            return page.isEmpty()
                    ? CompletableFuture.completedFuture(found)
                    : page(page.get(page.size() - 1), max, found, pages);
        });
    }
}
