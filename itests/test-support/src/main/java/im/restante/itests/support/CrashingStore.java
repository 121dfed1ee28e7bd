package im.restante.itests.support;

import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Stores that fail at one call, counted over all of them, and at every one after it: the process has died. */
public final class CrashingStore {
    private final AtomicInteger calls = new AtomicInteger();
    private final int fatal;
    private final boolean afterItsEffect;

    /** @param fatal number of the call that is answered by nobody, from 1 */
    public CrashingStore(int fatal, boolean afterItsEffect) {
        this.fatal = fatal;
        this.afterItsEffect = afterItsEffect;
    }

    public boolean crashed() {
        return calls.get() >= fatal;
    }

    public MessageStore around(MessageStore store) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            if (store.getClass()
                    .getMethod(method.getName(), method.getParameterTypes())
                    .isDefault()) {
                return InvocationHandler.invokeDefault(proxy, method, arguments); // its calls are counted
            }
            int call = calls.incrementAndGet();
            if (call > fatal || call == fatal && !afterItsEffect) {
                return CompletableFuture.failedFuture(new StoreException("the process has died"));
            }
            try {
                Object answer = method.invoke(store, arguments);
                return call == fatal
                        ? CompletableFuture.failedFuture(new StoreException("the process has died"))
                        : answer;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        return (MessageStore) Proxy.newProxyInstance(
                MessageStore.class.getClassLoader(), new Class<?>[] {MessageStore.class}, handler);
    }
}
