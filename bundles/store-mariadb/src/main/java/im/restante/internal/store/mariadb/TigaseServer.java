package im.restante.internal.store.mariadb;

import im.restante.migration.ForeignServer;
import im.restante.store.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.mariadb.jdbc.Driver;
import org.osgi.service.component.annotations.Component;

/** Databases of Tigase, on MariaDB or MySQL. */
@Component(service = ForeignServer.class, property = ForeignServer.KIND + "=tigase")
public final class TigaseServer implements ForeignServer {
    @Override
    public Spool open(String url, String user, String password) throws StoreException {
        MariaDbSettings settings = MariaDbSettings.reading(url, user, password);
        try {
            Connection connection = Driver.connect(settings.configuration(0));
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET SESSION TRANSACTION READ ONLY");
                return new TigaseSpool(connection, settings.place());
            } catch (SQLException | StoreException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw TigaseSpool.failure(settings.place(), e);
        }
    }
}
