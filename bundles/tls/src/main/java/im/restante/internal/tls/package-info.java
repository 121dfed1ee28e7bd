/** Certificates and private keys in PEM files, and the pair the server makes for itself. */
package im.restante.internal.tls;
