/** Asks every check, and answers whether the server is alive and ready. */
package im.restante.internal.health;
