package im.restante.internal.delivery;

import im.restante.amp.MessageRules;
import im.restante.filter.MessageFilter;
import im.restante.home.Homes;
import im.restante.internal.support.Listeners;
import im.restante.message.MessageListener;
import im.restante.quota.QuotaService;
import java.util.List;

/** What delivery uses. Any of it may be replaced at any moment: read a field once, and use what was read to the end. */
final class Services {
    final Stores stores;
    final Homes homes;
    volatile StorageSettings settings;

    /** Null while it is missing. */
    volatile MessageFilter filter;

    /** Null while it is missing. */
    volatile QuotaService quota;

    /** Null if there is none. */
    volatile MessageRules rules;

    final Listeners<MessageListener> listeners = new Listeners<>("message listener", System::nanoTime);

    /** Nothing new begins. */
    volatile boolean closed;

    Services(StorageSettings settings, Homes homes) {
        this.homes = homes;
        this.settings = settings;
        this.stores = new Stores(settings.store());
    }

    /** What is there and what is not, for the log. */
    String present() {
        List<String> names = stores.present().stream().map(Stores.Named::id).toList();
        return "filter " + (filter == null ? "missing" : "present") + ", quota "
                + (quota == null ? "missing" : "present") + ", stores present " + names + ", store=" + settings.store();
    }
}
