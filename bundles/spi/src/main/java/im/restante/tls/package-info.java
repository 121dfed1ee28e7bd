/** What the server shows of itself in a TLS handshake. */
@org.osgi.annotation.bundle.Export
@org.jspecify.annotations.NullMarked
@org.osgi.annotation.versioning.Version("1.0.0")
package im.restante.tls;
