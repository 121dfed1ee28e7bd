/**
 * The core of one owner's spool as a deterministic machine: {@link im.restante.internal.spool.core.OwnerCore#next} takes an event
 * and gives the effects that follow from it. No class here has a lock, a clock, a thread or a callback, and none calls a store, a
 * session or another service; the runner in the package above does, and what came of it is an event again.
 */
package im.restante.internal.spool.core;
