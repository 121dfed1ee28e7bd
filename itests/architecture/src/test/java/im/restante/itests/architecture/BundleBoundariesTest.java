package im.restante.itests.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;

/** The table "is / may touch / never touches" of the bundles' READMEs, as far as imports can show it. */
@AnalyzeClasses(
        packages = {"im.restante", "org.example.restante"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class BundleBoundariesTest {
    private static final String SOCKETS =
            "java\\.net\\..*Socket.*|javax\\.net\\..*|java\\.nio\\.channels\\.(?!File|OverlappingFile).*";
    private static final String[] SQL = {
        "java.sql..", "javax.sql..", "org.sqlite..", "org.mariadb..", "org.postgresql.."
    };

    @ArchTest
    static final ArchRule NO_BUNDLE_SEES_THE_INSIDE_OF_ANOTHER = SlicesRuleDefinition.slices()
            .matching("im.restante.internal.(*)..")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(alwaysTrue(), resideInAPackage("im.restante.internal.support")); // each carries its own

    @ArchTest
    static final ArchRule WHAT_BUNDLES_CARRY_KNOWS_NOTHING_OF_THEM = noClasses()
            .that()
            .resideInAPackage("im.restante.internal.support")
            .should()
            .dependOnClassesThat(resideInAPackage("im.restante..")
                    .and(DescribedPredicate.not(resideInAPackage("im.restante.internal.support"))));

    @ArchTest
    static final ArchRule API_KNOWS_THE_JDK_ANNOTATIONS_AND_ITS_PRECIS_LIBRARY_ONLY = classes()
            .that()
            .resideInAnyPackage(
                    "im.restante.jid..",
                    "im.restante.xml..",
                    "im.restante.stanza..",
                    "im.restante.account..",
                    "im.restante.admin..",
                    "im.restante.delivery..",
                    "im.restante.amp..",
                    "im.restante.filter..",
                    "im.restante.quota..",
                    "im.restante.limit..",
                    "im.restante.iq..",
                    "im.restante.server..",
                    "im.restante.config..",
                    "im.restante.form..",
                    "im.restante.command..",
                    "im.restante.migration..",
                    "im.restante.message..",
                    "im.restante.sasl..",
                    "im.restante.http..",
                    "im.restante.metric..",
                    "im.restante.health..",
                    "im.restante.stream..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "org.osgi.annotation..",
                    "org.jspecify.annotations..",
                    "rocks.xmpp.precis..",
                    "im.restante.jid..",
                    "im.restante.xml..",
                    "im.restante.stanza..",
                    "im.restante.store",
                    "im.restante.account..",
                    "im.restante.admin..",
                    "im.restante.delivery..",
                    "im.restante.amp..",
                    "im.restante.filter..",
                    "im.restante.quota..",
                    "im.restante.limit..",
                    "im.restante.iq..",
                    "im.restante.server..",
                    "im.restante.config..",
                    "im.restante.form..",
                    "im.restante.command..",
                    "im.restante.migration..",
                    "im.restante.message..",
                    "im.restante.sasl..",
                    "im.restante.http..",
                    "im.restante.metric..",
                    "im.restante.health..",
                    "im.restante.stream..");

    private static final String[] SPI = {
        "im.restante.session..",
        "im.restante.spool..",
        "im.restante.roster..",
        "im.restante.home..",
        "im.restante.tls..",
        "im.restante.route..",
        "im.restante.offline..",
        "im.restante.move.."
    };

    @ArchTest
    static final ArchRule SPI_KNOWS_THE_JDK_AND_API_ONLY = noClasses()
            .that()
            .resideInAnyPackage(SPI)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "im.restante.internal..",
                    "im.restante.store.jdbc..",
                    "org.slf4j..",
                    "org.osgi.framework..",
                    "org.osgi.service..");

    /** A third party compiles against {@code api} alone, and one that adds an SQL engine against {@code store-jdbc} too. */
    @ArchTest
    static final ArchRule THIRD_PARTIES_AND_WHAT_THEY_COMPILE_AGAINST_SEE_NO_SPI = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "im.restante.internal..",
                    "im.restante.session..",
                    "im.restante.spool..",
                    "im.restante.roster..",
                    "im.restante.home..",
                    "im.restante.tls..",
                    "im.restante.route..",
                    "im.restante.offline..",
                    "im.restante.move..",
                    "im.restante.streammanagement..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SPI);

    @ArchTest
    static final ArchRule ONLY_THE_BUNDLES_BETWEEN_CLIENT_AND_SPOOL_SEE_SPI = noClasses()
            .that()
            .resideInAPackage("im.restante.internal..")
            .and()
            .resideOutsideOfPackages(
                    "im.restante.internal.tls..",
                    "im.restante.internal.http..",
                    "im.restante.internal.c2s..",
                    "im.restante.internal.routing..",
                    "im.restante.internal.spool..",
                    "im.restante.internal.roster..",
                    "im.restante.internal.accounts..",
                    "im.restante.internal.delivery..",
                    "im.restante.internal.migration..",
                    "im.restante.internal.iq..",
                    "im.restante.internal.administration..",
                    "im.restante.internal.shell..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SPI);

    /** The core of an owner's spool decides; it calls nobody, waits for nobody and looks at no clock. */
    @ArchTest
    static final ArchRule THE_CORE_OF_THE_SPOOL_IS_A_MACHINE = noClasses()
            .that()
            .resideInAPackage("im.restante.internal.spool.core..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.util.concurrent.locks..", "java.util.concurrent.atomic..", "org.slf4j..", "java.io..")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching(
                    "java\\.lang\\.Thread|java\\.time\\.Clock|java\\.util\\.Random|java\\.util\\.concurrent\\..*Execut.*"
                            + "|im\\.restante\\.delivery\\.Delivery|im\\.restante\\.internal\\.support\\..*");

    @ArchTest
    static final ArchRule API_STARTS_NO_THREAD = noClasses()
            .that()
            .resideInAnyPackage(
                    "im.restante.jid..", "im.restante.xml..", "im.restante.stanza..", "im.restante.config..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class);

    @ArchTest
    static final ArchRule ONLY_LISTENERS_AND_THE_SHELLS_DOOR_TOUCH_SOCKETS = noClasses()
            .that()
            .resideInAPackage("im.restante..")
            .and()
            .resideOutsideOfPackages(
                    "im.restante.internal.tls..",
                    "im.restante.internal.c2s..",
                    "im.restante.internal.http..",
                    "im.restante.internal.shell..",
                    "im.restante.tls..",
                    "im.restante.server..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching(SOCKETS);

    /** Whoever adds a page sees neither the JDK's server nor a servlet. */
    @ArchTest
    static final ArchRule ONLY_THE_HTTP_BUNDLE_TOUCHES_A_SERVER_FOR_HTTP = noClasses()
            .that()
            .resideOutsideOfPackage("im.restante.internal.http..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.sun.net.httpserver..", "javax.servlet..", "jakarta.servlet..");

    @ArchTest
    static final ArchRule HTTP_KNOWS_NOTHING_OF_XMPP = noClasses()
            .that()
            .resideInAnyPackage("im.restante.internal.http..", "im.restante.http..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "im.restante.jid..",
                    "im.restante.stanza..",
                    "im.restante.xml..",
                    "im.restante.store..",
                    "im.restante.account..",
                    "im.restante.delivery..");

    @ArchTest
    static final ArchRule ONLY_THE_STORES_TOUCH_SQL = noClasses()
            .that()
            .resideInAPackage("im.restante..")
            .and()
            .resideOutsideOfPackages(
                    "im.restante.store.jdbc..",
                    "im.restante.internal.store.jdbc..",
                    "im.restante.internal.store.sqlite..",
                    "im.restante.internal.store.mariadb..",
                    "im.restante.internal.store.postgresql..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SQL);

    @ArchTest
    static final ArchRule THE_SQL_STORE_KNOWS_NO_DRIVER = noClasses()
            .that()
            .resideInAnyPackage("im.restante.store.jdbc..", "im.restante.internal.store.jdbc..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.sqlite..", "org.mariadb..", "org.postgresql..");

    @ArchTest
    static final ArchRule STORES_KNOW_NO_XMPP_RULE = noClasses()
            .that()
            .resideInAnyPackage("im.restante.store.jdbc..", "im.restante.internal.store..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "im.restante.stanza..",
                    "im.restante.session..",
                    "im.restante.spool..",
                    "im.restante.roster..",
                    "im.restante.delivery..",
                    "im.restante.filter..",
                    "im.restante.quota..",
                    "im.restante.limit..",
                    "im.restante.iq..");

    @ArchTest
    static final ArchRule STREAM_MANAGEMENT_IS_FOR_WHOEVER_HAS_CONNECTIONS = noClasses()
            .that()
            .resideInAPackage("im.restante..")
            .and()
            .resideOutsideOfPackages("im.restante.streammanagement..", "im.restante.internal.c2s..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("im.restante.streammanagement..");

    @ArchTest
    static final ArchRule STREAM_MANAGEMENT_NEGOTIATES_NOTHING = noClasses()
            .that()
            .resideInAPackage("im.restante.streammanagement..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "im.restante.sasl..",
                    "im.restante.account..",
                    "im.restante.limit..",
                    "im.restante.stream..",
                    "im.restante.spool..",
                    "im.restante.delivery..",
                    "org.osgi.service..");

    @ArchTest
    static final ArchRule MECHANISMS_SEE_ACCOUNTS_AND_NO_STREAM = noClasses()
            .that()
            .resideInAPackage("im.restante.internal.sasl..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "im.restante.xml..", "im.restante.stanza..", "im.restante.session..", "im.restante.store..");

    @ArchTest
    static final ArchRule ONLY_STREAM_TOUCHES_THE_PARSER = noClasses()
            .that()
            .resideInAPackage("im.restante..")
            .and()
            .resideOutsideOfPackage("im.restante.internal.stream..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.xmlpull..");

    /** What comes from a peer is read by the stream bundle alone; a file of an operator also by the JDK's parser. */
    @ArchTest
    static final ArchRule ONLY_STREAM_AND_FILES_OF_AN_OPERATOR_TOUCH_THE_JDKS_XML = noClasses()
            .that()
            .resideInAPackage("im.restante..")
            .and()
            .resideOutsideOfPackages("im.restante.internal.stream..", "im.restante.internal.shell.portable..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("javax.xml..");

    @ArchTest
    static final ArchRule FILTER_AND_QUOTA_TOUCH_NO_STORE = noClasses()
            .that()
            .resideInAnyPackage("im.restante.internal.filter..", "im.restante.internal.quota..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("im.restante.store.MessageStore");

    @ArchTest
    static final ArchRule C2S_ROUTING_SPOOL_AND_ROSTER_TOUCH_NO_STORE_AND_NO_RULE = noClasses()
            .that()
            .resideInAnyPackage(
                    "im.restante.internal.c2s..",
                    "im.restante.internal.routing..",
                    "im.restante.internal.spool..",
                    "im.restante.internal.roster..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("im.restante.store.MessageStore")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("im.restante.quota.QuotaService")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("im.restante.filter.MessageFilter");

    @ArchTest
    static final ArchRule TIGASE_TOUCHES_CONFIG_ADMIN_AND_NOTHING_OF_THE_SERVER = noClasses()
            .that()
            .resideInAPackage("im.restante.internal.tigase..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "im.restante.stanza..",
                    "im.restante.store..",
                    "im.restante.session..",
                    "im.restante.delivery..",
                    "im.restante.filter..",
                    "im.restante.quota..",
                    "im.restante.limit..",
                    "im.restante.iq..",
                    "im.restante.account..");
}
