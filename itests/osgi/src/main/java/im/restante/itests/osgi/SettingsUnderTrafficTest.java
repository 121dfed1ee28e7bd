package im.restante.itests.osgi;

import im.restante.itests.client.SettingsUnderTraffic;
import im.restante.store.MessageStore;
import java.util.Hashtable;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.junit5.context.BundleContextExtension;

@ExtendWith(BundleContextExtension.class)
class SettingsUnderTrafficTest {
    @InjectBundleContext
    BundleContext context;

    private SettingsUnderTraffic settings;

    @BeforeEach
    void traffic() throws Exception {
        settings = new SettingsUnderTraffic(new Server(context), context);
    }

    @AfterEach
    void asItWas() throws Exception {
        settings.undo();
    }

    @Test
    void theSwitchOfStoringHoldsForTheNextMessage() throws Exception {
        settings.theSwitchOfStoring();
        settings.end();
    }

    @Test
    void limitsAndWhatHappensBeyondThemHoldForTheNextMessage() throws Exception {
        settings.limitsAndWhatHappensBeyondThem();
        settings.end();
    }

    @Test
    void pathsHoldForTheNextMessage() throws Exception {
        settings.paths();
        settings.end();
    }

    @Test
    void retentionHoldsForTheNextMessage() throws Exception {
        settings.retention();
        settings.end();
    }

    @Test
    void theChosenStoreTakesTheNextMessageAndBothAreRead() throws Exception {
        ServiceRegistration<MessageStore> registration = context.registerService(
                MessageStore.class,
                new ListStore(),
                new Hashtable<>(Map.of(MessageStore.ID, "list", Constants.SERVICE_RANKING, -1_000)));
        try {
            settings.theChosenStore("list");
            settings.end();
        } finally {
            registration.unregister();
        }
    }

    @Test
    void windowAndProofHoldForTheNextDrain() throws Exception {
        settings.windowAndProof();
        settings.end();
    }
}
