/** What servers of databases in tests have in common, and what happens to every store on one that is in trouble. */
package im.restante.itests.database;
