/** Suites for implementations of the storage seams. Extend one in your tests and say how to open your store. */
package im.restante.itests.contract;
