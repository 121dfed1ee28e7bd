package im.restante.itests.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A line of {@code etc/PID.cfg}. */
record Setting(String pid, String key, String value) {
    private static final Pattern FORM = Pattern.compile("([^/=]+)/([^/=]+)=(.*)");

    /** @param text {@code PID/KEY=VALUE}, e.g. {@code im.restante.offline/proof=write}; {@code im.restante.} may be left out */
    static Setting of(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("not PID/KEY=VALUE: " + text);
        }
        String pid = form.group(1);
        return new Setting(pid.startsWith("im.restante.") ? pid : "im.restante." + pid, form.group(2), form.group(3));
    }
}
