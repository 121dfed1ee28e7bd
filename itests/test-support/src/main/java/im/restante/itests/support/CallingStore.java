package im.restante.itests.support;

import im.restante.store.MessageStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A store that does something else, too, when it is asked something. */
public final class CallingStore {
    private CallingStore() {}

    /** @param method name of the one before which {@code first} is done; what that throws is thrown */
    public static MessageStore before(MessageStore store, String method, Runnable first) {
        return around(store, method, first, () -> {});
    }

    /** @param method name of the one behind which {@code then} is done, before its answer is seen */
    public static MessageStore after(MessageStore store, String method, Runnable then) {
        return around(store, method, () -> {}, then);
    }

    private static MessageStore around(MessageStore store, String method, Runnable first, Runnable then) {
        return (MessageStore) Proxy.newProxyInstance(
                MessageStore.class.getClassLoader(),
                new Class<?>[] {MessageStore.class},
                (proxy, called, arguments) -> {
                    boolean isIt = called.getName().equals(method);
                    if (isIt) {
                        first.run();
                    }
                    try {
                        Object answer = called.invoke(store, arguments);
                        if (isIt) {
                            then.run();
                        }
                        return answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
