/** A real PostgreSQL server for tests. */
package im.restante.itests.postgresql;
