/** Asks every source of figures, and shows what they tell. */
package im.restante.internal.metrics;
