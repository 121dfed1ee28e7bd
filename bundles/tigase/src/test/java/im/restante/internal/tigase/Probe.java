package im.restante.internal.tigase;

import java.util.Map;
import java.util.function.Supplier;

/** Stands for a bundle of the server in {@link OverlayIT}: tells the configuration it was given last. */
public final class Probe implements Supplier<Map<String, Object>> {
    private volatile Map<String, Object> given;

    /** At activation and at every change. */
    public void configured(Map<String, Object> values) {
        given = Map.copyOf(values);
    }

    @Override
    public Map<String, Object> get() {
        return given;
    }
}
