package im.restante.xml;

/** Content of an element: another element or text. */
public sealed interface Node permits Element, Text {}
