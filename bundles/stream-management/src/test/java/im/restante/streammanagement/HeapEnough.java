package im.restante.streammanagement;

import im.restante.xml.HeapBudget;

/** A heap that is never full. */
final class HeapEnough {
    private HeapEnough() {}

    static HeapBudget room() {
        return new StanzaHeap(() -> Long.MAX_VALUE, 0).share();
    }

    static OutboundHeap share() {
        return new OutboundHeap(room(), room());
    }
}
