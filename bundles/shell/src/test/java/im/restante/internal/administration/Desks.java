package im.restante.internal.administration;

import im.restante.account.Accounts;
import im.restante.admin.AccountAdministration;
import im.restante.admin.AdministrationException;
import im.restante.admin.ServerStatistics;
import im.restante.admin.SessionAdministration;
import im.restante.admin.SpoolAdministration;
import im.restante.delivery.ChosenStore;
import im.restante.internal.support.ThreadWorkers;
import im.restante.jid.Jid;
import im.restante.quota.UserLimits;
import im.restante.server.ServerInfo;
import im.restante.session.SessionManager;
import im.restante.spool.SpoolPurge;
import im.restante.store.MessageStore;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/** Administration as the commands find it in a server, in front of what a test gives it. */
public final class Desks implements AutoCloseable {
    /** A store as it is registered. */
    public record Store(String id, int ranking, MessageStore store) {}

    private static final Instant STARTED = Instant.parse("2026-11-22T20:00:00Z");

    private final Questions questions =
            new Questions(new ThreadWorkers("administration"), AdministrationException.DEADLINE);

    public AccountAdministration accounts(Accounts accounts) {
        return accounts(accounts, null);
    }

    public AccountAdministration accounts(Accounts accounts, UserLimits limits) {
        AccountsDesk desk = new AccountsDesk(questions);
        desk.accounts = accounts;
        desk.limits = limits;
        desk.server = server();
        return desk;
    }

    public SessionAdministration sessions(SessionManager manager) {
        SessionsDesk desk = new SessionsDesk(questions);
        desk.manager = manager;
        return desk;
    }

    public SpoolAdministration spools(SpoolPurge purge, Store... preferredFirst) {
        SpoolsDesk desk = new SpoolsDesk(questions, stores(preferredFirst));
        desk.spools = purge;
        desk.server = server();
        return desk;
    }

    /** After two days, three hours, four minutes and five seconds. */
    public ServerStatistics statistics(SessionManager manager, ChosenStore chosen, Store... preferredFirst) {
        Clock clock = Clock.fixed(STARTED.plusSeconds(((2 * 24 + 3) * 60 + 4) * 60 + 5), ZoneOffset.UTC);
        CollectedStatistics desk = new CollectedStatistics(questions, stores(preferredFirst), clock);
        desk.manager = manager;
        desk.chosen = chosen;
        desk.server = server();
        return desk;
    }

    private static PresentStores stores(Store... preferredFirst) {
        return new PresentStores(List.of(preferredFirst).stream()
                .map(one -> new PresentStores.Named(one.id(), one.ranking(), one.store()))
                .toList());
    }

    private static ServerInfo server() {
        return new ServerInfo() {
            @Override
            public Jid domain() {
                return Jid.of("example.org");
            }

            @Override
            public String name() {
                return "Restante";
            }

            @Override
            public String version() {
                return "0";
            }

            @Override
            public Instant startedAt() {
                return STARTED;
            }
        };
    }

    @Override
    public void close() {
        questions.close();
    }
}
