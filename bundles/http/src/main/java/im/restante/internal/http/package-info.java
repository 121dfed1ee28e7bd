/** HTTP on the JDK's own server: two listeners, and the resources that other bundles register. */
package im.restante.internal.http;
