package im.restante.jid;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import rocks.xmpp.precis.InvalidCodePointException;
import rocks.xmpp.precis.InvalidDirectionalityException;
import rocks.xmpp.precis.PrecisProfile;
import rocks.xmpp.precis.PrecisProfiles;

/**
 * An XMPP address: {@code [localpart@]domainpart[/resourcepart]}. Prepared and enforced once, in {@link #of(String)} (RFC 7622,
 * PRECIS); two addresses of the same entity therefore have the same {@link #toString()}, which is the key used everywhere.
 * Immutable.
 */
public final class Jid implements Comparable<Jid> {
    /** Most UTF-8 bytes of one part (RFC 7622 §3.2–3.4). */
    public static final int MAX_PART_BYTES = 1023;

    private final @Nullable String local;
    private final String domain;
    private final @Nullable String resource;
    private final String text;
    private final Jid bare;

    private Jid(@Nullable String local, String domain) {
        this.local = local;
        this.domain = domain;
        this.resource = null;
        this.text = local == null ? domain : local + '@' + domain;
        this.bare = this;
    }

    private Jid(Jid bare, String resource) {
        this.local = bare.local;
        this.domain = bare.domain;
        this.resource = resource;
        this.text = bare.text + '/' + resource;
        this.bare = bare;
    }

    /**
     * Reads and prepares an address.
     *
     * @throws InvalidJidException if {@code text} is not an address; the message says which part and why
     */
    public static Jid of(String text) {
        int slash = text.indexOf('/');
        String resource = slash < 0 ? null : text.substring(slash + 1);
        String rest = slash < 0 ? text : text.substring(0, slash);
        int at = rest.indexOf('@');
        String local = at < 0 ? null : rest.substring(0, at);
        return of(local, at < 0 ? rest : rest.substring(at + 1), resource);
    }

    /**
     * Prepares an address given in parts.
     *
     * @param local    null for a domain
     * @param resource null for a bare address
     * @throws InvalidJidException if a part is empty, too long or has a character that its PRECIS profile forbids
     */
    public static Jid of(@Nullable String local, String domain, @Nullable String resource) {
        Jid bare = new Jid(local == null ? null : prepareLocal(local), prepareDomain(domain));
        return resource == null ? bare : new Jid(bare, prepareResource(resource));
    }

    /** The part before the {@code @}; null for a domain. */
    public @Nullable String local() {
        return local;
    }

    /** The part that names the server. */
    public String domain() {
        return domain;
    }

    /** The part behind the {@code /}; null for a bare address. */
    public @Nullable String resource() {
        return resource;
    }

    /** The same address without its resource. */
    public Jid bare() {
        return bare;
    }

    /** Whether there is no resource. */
    public boolean isBare() {
        return resource == null;
    }

    /** Whether there is a resource. */
    public boolean isFull() {
        return resource != null;
    }

    /** Whether this names a server rather than an account: no localpart, no resource. */
    public boolean isDomain() {
        return local == null && resource == null;
    }

    /**
     * This account's address with the given resource.
     *
     * @throws InvalidJidException if the resource cannot be prepared
     */
    public Jid withResource(String newResource) {
        return new Jid(bare, prepareResource(newResource));
    }

    @Override
    public int compareTo(Jid other) {
        return text.compareTo(other.text);
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof Jid jid && text.equals(jid.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** The prepared address. */
    @Override
    public String toString() {
        return text;
    }

    private static String prepareLocal(String local) {
        if (isPlain(local)) {
            return checkLength(local, "localpart");
        }
        String prepared = enforce(PrecisProfiles.USERNAME_CASE_MAPPED, local, "localpart");
        for (int i = 0; i < prepared.length(); i++) { // not before: preparation makes an '@' of a full-width one
            if ("\"&'/:<>@".indexOf(prepared.charAt(i)) >= 0) { // RFC 7622 §3.3.1
                throw new InvalidJidException("localpart: forbidden character " + prepared.charAt(i));
            }
        }
        return checkLength(prepared, "localpart");
    }

    private static String prepareDomain(String domain) {
        String name = domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain; // RFC 7622 §3.2
        if (name.startsWith("[")) {
            return prepareIpv6Literal(name);
        }
        if (!isPlain(name)) {
            name = name.toLowerCase(Locale.ROOT);
        }
        if (!isPlain(name) || name.contains("xn--")) { // A-labels become U-labels (§3.2.1)
            name = enforce(PrecisProfiles.IDN, name, "domainpart");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < 0x80 && !isPlain(c)) {
                throw new InvalidJidException("domainpart: forbidden character " + (c > ' ' ? c : "(control)"));
            }
        }
        if (name.startsWith(".") || name.endsWith(".") || name.contains("..")) {
            throw new InvalidJidException("domainpart: a label is empty");
        }
        return checkLength(name, "domainpart");
    }

    private static String prepareIpv6Literal(String name) {
        for (int i = 1; i < name.length() - 1; i++) {
            char c = name.charAt(i);
            if (c >= 0x80 || Character.digit(c, 16) < 0 && c != ':' && c != '.') {
                throw new InvalidJidException("domainpart: not an IPv6 address");
            }
        }
        try {
            InetAddress.getByName(name); // in brackets: parsed, never looked up
        } catch (UnknownHostException e) {
            throw new InvalidJidException("domainpart: not an IPv6 address");
        }
        return name.toLowerCase(Locale.ROOT);
    }

    private static String prepareResource(String resource) {
        for (int i = 0; i < resource.length(); i++) {
            char c = resource.charAt(i);
            if (c < ' ' || c > '~') {
                return checkLength(enforce(PrecisProfiles.OPAQUE_STRING, resource, "resourcepart"), "resourcepart");
            }
        }
        return checkLength(resource, "resourcepart");
    }

    /** Whether nothing would be changed by preparation: what nearly every address on the wire is made of. */
    private static boolean isPlain(String part) {
        for (int i = 0; i < part.length(); i++) {
            if (!isPlain(part.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(char c) {
        return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_';
    }

    /** Until nothing changes any more (RFC 8264 §7). */
    private static String enforce(PrecisProfile profile, String part, String name) {
        if (part.length() > 4 * MAX_PART_BYTES) { // preparation shortens nothing that much, and costs time
            throw tooLong(name);
        }
        try {
            String prepared = profile.enforce(part);
            for (int i = 0; i < 3; i++) {
                String again = profile.enforce(prepared);
                if (again.equals(prepared)) {
                    return prepared;
                }
                prepared = again;
            }
            throw new InvalidJidException(name + ": has no stable form");
        } catch (InvalidCodePointException | InvalidDirectionalityException e) {
            throw new InvalidJidException(name + ": " + e.getMessage());
        } catch (IllegalArgumentException e) { // java.net.IDN: its message may quote the input
            throw e instanceof InvalidJidException known ? known : new InvalidJidException(name + ": not a valid name");
        }
    }

    private static String checkLength(String part, String name) {
        if (part.isEmpty()) {
            throw new InvalidJidException(name + " is empty");
        }
        if (part.length() * 3 > MAX_PART_BYTES && part.getBytes(StandardCharsets.UTF_8).length > MAX_PART_BYTES) {
            throw tooLong(name);
        }
        return part;
    }

    private static InvalidJidException tooLong(String name) {
        return new InvalidJidException(name + " is longer than " + MAX_PART_BYTES + " bytes");
    }
}
