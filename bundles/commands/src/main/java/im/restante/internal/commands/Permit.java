package im.restante.internal.commands;

import im.restante.admin.AdministrationException;

/** Leave to go on with a step of an administrator; asked before each part of it. */
@FunctionalInterface
interface Permit {
    /** Why what is left of the step is not done; null: go on. */
    AdministrationException ended();
}
