/** What an administrator does, for whoever offers it: see {@link im.restante.admin}. Each act asks the services that do the work. */
package im.restante.internal.administration;
