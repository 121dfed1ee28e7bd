/** Small things that several bundles carry inside. */
package im.restante.internal.support;
