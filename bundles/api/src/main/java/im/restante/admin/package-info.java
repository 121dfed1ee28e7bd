/**
 * What an administrator does to a running server, by subject: sessions, accounts, what waits for them, and figures. For a console,
 * commands and programs of third parties; the shell's commands use the same interfaces.
 *
 * <p><b>Nobody's rights are checked here.</b> Whoever offers these acts to somebody decides before each call whether that person may
 * do it, and keeps a record of who did what.
 *
 * <p>No method blocks. Stages complete on a thread of the server's own for administration; a callback may take its time, but should not
 * wait for another act of administration. They complete exceptionally with {@link im.restante.admin.AdministrationException}, also
 * when a service that is needed is not there at this moment, or has not answered within
 * {@link im.restante.admin.AdministrationException#DEADLINE}; so no stage stays open for ever. Addresses are taken as prepared by
 * {@link im.restante.jid.Jid}; a null where none is allowed throws {@link java.lang.NullPointerException} at once. All services are
 * safe for concurrent use.
 */
@Export
@NullMarked
@Version("1.1.0")
package im.restante.admin;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
