/** Connections of clients: sockets, threads, TLS, SASL, negotiation and the outbound queues (RFC 6120). */
package im.restante.internal.c2s;
