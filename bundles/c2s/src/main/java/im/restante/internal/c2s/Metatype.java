package im.restante.internal.c2s;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** What consoles show of {@link C2sConfig}, which is what reads the values. */
@ObjectClassDefinition(name = "Restante: connections of clients")
@interface Metatype {
    @AttributeDefinition(description = "The one domain that is served; a change ends all connections")
    String domain() default "localhost";

    @AttributeDefinition(description = "Address to listen on; 0.0.0.0 for all")
    String host() default "127.0.0.1";

    @AttributeDefinition(description = "TCP port for clients; 0 for any free one", min = "0", max = "65535")
    int port() default 5222;

    @AttributeDefinition(
            description = "Encryption on the ordinary port",
            options = {@Option("required"), @Option("optional"), @Option("off")})
    String tls() default "required";

    @AttributeDefinition(description = "TCP port for direct TLS (XEP-0368); 0 for none", min = "0", max = "65535")
    int direct$_$tls$_$port() default 0;

    @AttributeDefinition(
            description = "PEM file with the certificate and its chain, read again when replaced; empty: self-signed",
            required = false)
    String certificate();

    @AttributeDefinition(
            description = "PEM file with the unencrypted private key; empty: it is in the file of the certificate",
            required = false)
    String private$_$key();

    @AttributeDefinition(description = "Largest stanza, bytes", min = "10000", max = "16777216")
    int max$_$stanza$_$bytes() default 262_144;

    @AttributeDefinition(description = "Deepest stanza, levels", min = "8", max = "1024")
    int max$_$depth() default 64;

    @AttributeDefinition(description = "Time to log in, seconds", min = "1", max = "86400")
    int auth$_$timeout$_$seconds() default 30;

    @AttributeDefinition(
            description = "Silence after which a client is asked whether it is there, seconds",
            min = "1",
            max = "86400")
    int idle$_$timeout$_$seconds() default 300;

    @AttributeDefinition(description = "Stanzas that may wait for one client", min = "16", max = "1000000")
    int outbound$_$limit() default 2_048;

    @AttributeDefinition(description = "Bytes that may wait for one client", min = "65536", max = "1073741824")
    int outbound$_$bytes() default 1_048_576;
}
