package im.restante.internal.http;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** What consoles show of {@link HttpSettings}, which is what reads the values. */
@ObjectClassDefinition(
        name = "Restante: HTTP",
        description = "Two listeners: one for operators, one for everybody, which is off by default")
@interface Metatype {
    @AttributeDefinition(description = "Address of the listener for operators; 0.0.0.0 for all")
    String host() default HttpSettings.HOST;

    @AttributeDefinition(
            description = "TCP port for operators; 0 for any free one, -1 for none",
            min = "-1",
            max = "65535")
    int port() default HttpSettings.PORT;

    @AttributeDefinition(
            description = "Encryption for operators; on needs a certificate",
            options = {@Option("off"), @Option("on")})
    String tls() default "off";

    @AttributeDefinition(
            description = "Names by which operators may ask for the server, with commas between, besides localhost and"
                    + " addresses",
            required = false)
    String host$_$names();

    @AttributeDefinition(description = "Address of the listener for everybody; 0.0.0.0 for all")
    String public$_$host() default HttpSettings.HOST;

    @AttributeDefinition(
            description = "TCP port for everybody; 0 for any free one, -1 for none",
            min = "-1",
            max = "65535")
    int public$_$port() default HttpSettings.OFF;

    @AttributeDefinition(
            description = "Encryption for everybody; on needs a certificate",
            options = {@Option("on"), @Option("off")})
    String public$_$tls() default "on";

    @AttributeDefinition(
            description = "PEM file with the certificate and its chain, read again when replaced",
            required = false)
    String certificate();

    @AttributeDefinition(
            description = "PEM file with the unencrypted private key; empty: it is in the file of the certificate",
            required = false)
    String private$_$key();
}
