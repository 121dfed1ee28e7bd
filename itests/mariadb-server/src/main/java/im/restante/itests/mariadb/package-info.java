/** A real MariaDB server for tests. */
package im.restante.itests.mariadb;
