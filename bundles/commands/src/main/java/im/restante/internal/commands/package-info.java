/** Commands that clients carry out by filling in forms (XEP-0050), and those of an administrator (XEP-0133). */
package im.restante.internal.commands;
