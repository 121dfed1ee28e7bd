package im.restante.internal.shell.portable;

import im.restante.account.Setting;
import im.restante.internal.support.Lexical;
import im.restante.xml.Element;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** SCRAM credentials as XEP-0227 §3.2 writes them, and as an account keeps them (RFC 5803). */
final class PortableScram {
    private static final Pattern KEPT = Pattern.compile(
            "(SCRAM-SHA-[0-9]+)\\$([0-9]{1,9}):([A-Za-z0-9+/=]+)\\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)");

    /** Marks those of a password's other form (README of the bundle accounts); no mechanism of anybody else is called so. */
    private static final String OTHER_FORM = ".unprepared";

    private static final Pattern MECHANISM =
            Pattern.compile("SCRAM-SHA-[0-9]{1,3}(" + Pattern.quote(OTHER_FORM) + ")?");
    private static final int LEAST_ITERATIONS = 4_096;
    /** What {@link #KEPT}, and an account, can read again. */
    static final int MOST_ITERATIONS = 999_999_999;

    private PortableScram() {}

    /** Empty if the value is none. */
    static Optional<Element> toElement(String mechanism, String value) {
        Matcher kept = KEPT.matcher(value.trim());
        if (!kept.matches() || !kept.group(1).equals(hashing(mechanism))) {
            return Optional.empty();
        }
        return Optional.of(Element.builder(Pie.SCRAM, "scram-credentials")
                .attribute("mechanism", mechanism)
                .child(Element.of(Pie.SCRAM, "iter-count", kept.group(2)))
                .child(Element.of(Pie.SCRAM, "salt", kept.group(3)))
                .child(Element.of(Pie.SCRAM, "server-key", kept.group(5)))
                .child(Element.of(Pie.SCRAM, "stored-key", kept.group(4)))
                .build());
    }

    /** @throws IllegalArgumentException saying what is wrong, never a key */
    static Setting toSetting(Element scram) {
        String mechanism = scram.attribute("mechanism");
        if (mechanism == null || !MECHANISM.matcher(mechanism).matches()) {
            throw new IllegalArgumentException("credentials of the mechanism " + mechanism + " are not kept here");
        }
        int iterations = (int) Lexical.unsigned(text(scram, "iter-count"), MOST_ITERATIONS);
        if (iterations < LEAST_ITERATIONS) {
            throw new IllegalArgumentException(mechanism + " credentials whose iterations are not a number from "
                    + LEAST_ITERATIONS + " to " + MOST_ITERATIONS);
        }
        return setting(
                mechanism, iterations, base64(scram, "salt"), base64(scram, "stored-key"), base64(scram, "server-key"));
    }

    /** Credentials as an account keeps them; salt and keys are in base64. */
    static Setting setting(String mechanism, int iterations, String salt, String storedKey, String serverKey) {
        return new Setting(
                Pie.CREDENTIALS,
                mechanism,
                hashing(mechanism) + '$' + iterations + ':' + salt + '$' + storedKey + ':' + serverKey);
    }

    private static String hashing(String mechanism) {
        return mechanism.endsWith(OTHER_FORM)
                ? mechanism.substring(0, mechanism.length() - OTHER_FORM.length())
                : mechanism;
    }

    private static String base64(Element scram, String name) {
        String text = text(scram, name);
        byte[] bytes = Base64.getMimeDecoder().decode(text);
        if (bytes.length == 0) {
            throw new IllegalArgumentException("credentials without a " + name);
        }
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String text(Element scram, String name) {
        return scram.child(Pie.SCRAM, name)
                .map(child -> child.text().strip())
                .orElseThrow(() -> new IllegalArgumentException("credentials without a " + name));
    }
}
