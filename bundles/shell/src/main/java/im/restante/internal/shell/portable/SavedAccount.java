package im.restante.internal.shell.portable;

import im.restante.account.Accounts;
import im.restante.account.Setting;
import im.restante.jid.Jid;
import im.restante.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Makes accounts, and adds to those that are here what they lack. */
final class SavedAccount {
    private SavedAccount() {}

    /**
     * Makes the account, or gives the one that is there what it does not have; credentials only if it has none. Doing it again
     * changes nothing.
     *
     * @param passwordOrNull what a new account's credentials are made of; null: of the settings
     * @return whether it was made now
     * @throws IllegalArgumentException if there can be no such account, or none with this password
     */
    static boolean save(Accounts accounts, Jid jid, String passwordOrNull, List<Setting> settings)
            throws StoreException {
        boolean made = Task.await(
                passwordOrNull == null ? accounts.restore(jid, settings) : accounts.create(jid, passwordOrNull));
        Map<String, List<Setting>> byNode = settings.stream().collect(Collectors.groupingBy(Setting::node));
        List<Setting> missing = new ArrayList<>();
        for (Map.Entry<String, List<Setting>> node : byNode.entrySet()) {
            Map<String, String> there = Task.await(accounts.settings(jid, node.getKey()));
            boolean whole = node.getKey().equals(Pie.CREDENTIALS) && !there.isEmpty();
            node.getValue().stream()
                    .filter(setting -> !whole && !there.containsKey(setting.key()))
                    .forEach(missing::add);
        }
        if (!missing.isEmpty()) {
            Task.await(accounts.write(jid, missing));
        }
        return made;
    }
}
