package im.restante.admin;

import java.util.OptionalInt;
import org.osgi.annotation.versioning.ProviderType;

/** How many messages of one sender may wait for an account. Numbers count as {@code store-limit} does: 0 keeps none, negative is no limit. */
@ProviderType
public interface AccountLimit {
    /** The limit for the next message. */
    int inForce();

    /** What is set for this account alone; empty for nothing. A ceiling ({@code user-store-limit-max}) may lower it. */
    OptionalInt own();

    /** Whether limits of accounts are taken into account at all ({@code user-store-limit-enable}). */
    boolean isOwnAllowed();
}
