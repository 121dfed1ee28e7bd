package im.restante.jid;

import java.nio.charset.StandardCharsets;
import rocks.xmpp.precis.PrecisProfiles;

/**
 * An XMPP address: {@code [localpart@]domainpart[/resourcepart]}. Prepared and enforced once, in {@link #of(String)} (RFC 7622,
 * PRECIS); two addresses of the same entity therefore have the same {@link #toString()}, which is the key used everywhere.
 * Immutable.
 */
public final class Jid implements Comparable<Jid> {
    /** Most UTF-8 bytes of one part (RFC 7622 §3.2–3.4). */
    public static final int MAX_PART_BYTES = 1023;

    private final String local;
    private final String domain;
    private final String resource;
    private final String text;
    private final Jid bare;

    private Jid(String local, String domain, String resource) {
        this.local = local;
        this.domain = domain;
        this.resource = resource;
        String bareText = local == null ? domain : local + '@' + domain;
        this.text = resource == null ? bareText : bareText + '/' + resource;
        this.bare = resource == null ? this : new Jid(local, domain, null);
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
    public static Jid of(String local, String domain, String resource) {
        return new Jid(
                local == null ? null : prepareLocal(local),
                prepareDomain(domain),
                resource == null ? null : prepareResource(resource));
    }

    /** The part before the {@code @}; null for a domain. */
    public String local() {
        return local;
    }

    /** The part that names the server. */
    public String domain() {
        return domain;
    }

    /** The part behind the {@code /}; null for a bare address. */
    public String resource() {
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
        return new Jid(local, domain, prepareResource(newResource));
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
        for (int i = 0; i < local.length(); i++) {
            if ("\"&'/:<>@".indexOf(local.charAt(i)) >= 0) { // RFC 7622 §3.3.1
                throw new InvalidJidException(
                        "localpart '" + local + "' has the forbidden character " + local.charAt(i));
            }
        }
        return checkLength(enforce(PrecisProfiles.USERNAME_CASE_MAPPED, local, "localpart"), "localpart");
    }

    private static String prepareDomain(String domain) {
        String name = domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain; // RFC 7622 §3.2
        if (isPlain(name) || isIpv6Literal(name)) {
            return checkLength(name, "domainpart");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c <= ' ' || c == 0x7f || "\"&'/:<>@".indexOf(c) >= 0) {
                throw new InvalidJidException("domainpart '" + domain + "' is not a domain name");
            }
        }
        return checkLength(enforce(PrecisProfiles.IDN, name, "domainpart"), "domainpart");
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
            char c = part.charAt(i);
            boolean plain = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_';
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    private static boolean isIpv6Literal(String name) {
        if (name.length() < 4 || name.charAt(0) != '[' || name.charAt(name.length() - 1) != ']') {
            return false;
        }
        for (int i = 1; i < name.length() - 1; i++) {
            char c = name.charAt(i);
            if (Character.digit(c, 16) < 0 && c != ':' && c != '.') {
                return false;
            }
        }
        return true;
    }

    private static String enforce(rocks.xmpp.precis.PrecisProfile profile, String part, String name) {
        try {
            return profile.enforce(part);
        } catch (IllegalArgumentException e) { // InvalidCodePointException and InvalidDirectionalityException are such
            throw new InvalidJidException(name + " '" + part + "': " + e.getMessage());
        }
    }

    private static String checkLength(String part, String name) {
        if (part.isEmpty()) {
            throw new InvalidJidException(name + " is empty");
        }
        if (part.length() * 3 > MAX_PART_BYTES && part.getBytes(StandardCharsets.UTF_8).length > MAX_PART_BYTES) {
            throw new InvalidJidException(name + " is longer than " + MAX_PART_BYTES + " bytes");
        }
        return part;
    }
}
