package im.restante.itests.fuzz;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.function.Function;

/** Services of which only a few methods are called. */
public final class Services {
    private Services() {}

    /** @param methods by name, whatever their parameters; all others fail */
    public static <T> T of(Class<T> type, Map<String, Function<Object[], Object>> methods) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            Function<Object[], Object> known = methods.get(method.getName());
            if (known == null) {
                throw new UnsupportedOperationException(method.toString());
            }
            return known.apply(args);
        }));
    }
}
