/** Tests that run inside the framework, against the bundles as they are delivered. */
package im.restante.itests.osgi;
