/** The mechanisms PLAIN and SCRAM over the accounts of this server. */
package im.restante.internal.sasl;
