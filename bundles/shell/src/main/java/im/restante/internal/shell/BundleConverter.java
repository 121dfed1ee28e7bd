package im.restante.internal.shell;

import java.util.Arrays;
import java.util.regex.Pattern;
import org.apache.felix.service.command.Converter;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Lets an operator name a bundle by its id or its symbolic name, as in {@code felix:stop im.restante.amp}. */
@Component(property = Converter.CONVERTER_CLASSES + "=org.osgi.framework.Bundle")
public final class BundleConverter implements Converter {
    private static final Pattern ID = Pattern.compile("\\d{1,18}");

    private final BundleContext context;

    @Activate
    public BundleConverter(BundleContext context) {
        this.context = context;
    }

    /** Null for what is not asked of this converter, and for a bundle that is not there: Gogo says so then. */
    @Override
    public Object convert(Class<?> desired, Object in) {
        if (desired != Bundle.class || !(in instanceof CharSequence)) {
            return null;
        }
        String named = in.toString();
        return ID.matcher(named).matches() ? context.getBundle(Long.parseLong(named)) : byName(named);
    }

    private Bundle byName(String symbolicName) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElse(null);
    }

    /** Null: bundles are written as they were. */
    @Override
    public CharSequence format(Object target, int level, Converter escape) {
        return null;
    }
}
