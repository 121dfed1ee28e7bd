package im.restante.itests.postgresql;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIf;

/** Skips tests where no PostgreSQL server is installed. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@EnabledIf(
        value = "im.restante.itests.postgresql.PostgreSqlServer#isInstalled",
        disabledReason = "no PostgreSQL server here: apt-get install postgresql, or -Dpostgresql.basedir=DIR")
public @interface NeedsPostgreSql {}
