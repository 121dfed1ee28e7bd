/**
 * What the launcher needs inside the framework, as the bundle {@code im.restante.standalone}. The launcher sees none of these
 * classes; it finds services of JDK types by their property {@code restante.task}.
 */
package im.restante.internal.standalone.inside;
