package im.restante.streammanagement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import im.restante.jid.Jid;
import im.restante.session.Arrival;
import im.restante.session.Outbound;
import im.restante.streammanagement.OutboundQueue.Offer;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What waits for clients that do not read, or do not prove. */
class OutboundQueueTest {
    private static final Jid ROMEO = Jid.of("romeo@localhost");
    private static final Jid JULIET = Jid.of("juliet@localhost");

    private static byte[] xml(int number) {
        return ("<message id='m" + number + "'/>").getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void whatAllClientsLeaveUnreadIsBoundedTogether() {
        StanzaHeap heap = new StanzaHeap(() -> 40_000, 10_000);
        List<OutboundQueue> queues = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            OutboundQueue queue = silent(heap);
            queues.add(queue);
            assertEquals(Offer.QUEUED, queue.offer(Outbound.of(new byte[10_000]), 100, 1_000_000));
            assertEquals(Offer.OVERFLOW, queue.offer(Outbound.of(new byte[1]), 100, 1_000_000));
            assertEquals(Offer.QUEUED, queue.offer(message(i, 10_000), 100, 1_000_000));
        }
        OutboundQueue next = silent(heap);
        assertEquals(Offer.QUEUED, next.offer(Outbound.of(new byte[10_000]), 100, 1_000_000));
        queues.add(next);
        assertEquals(50_000, heap.taken());
        queues.forEach(queue -> queue.end(false, true));
        assertEquals(0, heap.taken());
    }

    @Test
    void messagesForAllWhoDoNotReadAreBoundedTogetherAndGoToTheSpoolWhileOthersGetTheirs() {
        StanzaHeap heap = new StanzaHeap(() -> 40_000, 1_000);
        List<OutboundQueue> deaf = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            OutboundQueue queue = deafTo(heap);
            deaf.add(queue);
            assertEquals(Offer.QUEUED, queue.offer(message(i, 10_000), 100, 1_000_000));
            assertEquals(Offer.FULL, queue.offer(message(i, 1_000), 100, 1_000_000));
        }
        OutboundQueue modest = deafTo(heap);
        assertEquals(Offer.QUEUED, modest.offer(message(9, 900), 100, 1_000_000));
        assertEquals(Offer.FULL, modest.offer(message(10, 900), 100, 1_000_000));
        assertEquals(40_900, heap.taken());
        deaf.forEach(queue -> assertEquals(1, queue.end(false, true).live().size()));
        assertEquals(900, heap.taken());
        assertEquals(Offer.QUEUED, modest.offer(message(11, 9_000), 100, 1_000_000));
        modest.end(false, false);
        assertEquals(0, heap.taken());
    }

    @Test
    void aMessageIsCountedUntilItsClientAcknowledgesItAndWithoutStreamManagementUntilItIsWritten() {
        StanzaHeap heap = new StanzaHeap(() -> 40_000, 0);
        OutboundQueue plain = writing(heap);
        assertEquals(Offer.QUEUED, plain.offer(message(1, 1_000), 100, 1_000_000));
        assertEquals(0, heap.taken());
        OutboundQueue managed = writing(heap);
        managed.enable(xml(0), new SentStanzas(0));
        assertEquals(Offer.QUEUED, managed.offer(message(1, 1_000), 100, 1_000_000));
        assertEquals(Offer.QUEUED, managed.offer(message(2, 2_000), 100, 1_000_000));
        assertEquals(3_000, heap.taken());
        managed.acknowledge(1);
        assertEquals(2_000, heap.taken());
        managed.end(false, true);
        assertEquals(0, heap.taken());
    }

    @Test
    void aStreamThatWaitsHoldsWhatNoSpoolKeepsUntilItIsReleasedAndCannotWaitWithoutRoom() {
        StanzaHeap heap = new StanzaHeap(() -> 40_000, 0);
        OutboundQueue cut = writing(heap);
        cut.enable(xml(0), new SentStanzas(0, 1_000_000));
        cut.offer(Outbound.of(new byte[3_000]), 100, 1_000_000);
        cut.offer(message(2, 2_000), 100, 1_000_000);
        OutboundQueue.Unproved left = cut.end(false, true);
        assertEquals(3_000, heap.taken());
        assertEquals(
                List.of(0, 2),
                left.sent().unacknowledged().stream()
                        .map(SentStanzas.Sent::row)
                        .map(Long::intValue)
                        .toList());
        left.heap().release();
        assertEquals(0, heap.taken());

        OutboundQueue much = writing(new StanzaHeap(() -> 4_000, 0));
        much.enable(xml(0), new SentStanzas(0, 1_000_000));
        much.offer(Outbound.of(new byte[3_000]), 100, 1_000_000);
        assertNull(much.end(false, true).sent());
    }

    private static Outbound message(int number, int bytes) {
        return new Outbound(new byte[bytes], new Arrival(number, JULIET, ROMEO, Instant.EPOCH));
    }

    private static OutboundQueue deafTo(StanzaHeap heap) {
        OutboundQueue queue = new OutboundQueue(
                null, task -> {}, new Proofs(fault -> {}), new OutboundHeap(HeapEnough.room(), heap.share()));
        queue.cork();
        return queue;
    }

    /** A queue that writes at once, into nothing. */
    private static OutboundQueue writing(StanzaHeap heap) {
        OutboundQueue.Wire nothing = new OutboundQueue.Wire() {
            @Override
            public OutputStream output() {
                return OutputStream.nullOutputStream();
            }

            @Override
            public void shutdownOutput() {
                // nothing was open
            }

            @Override
            public void broken(Throwable reason) {
                throw new IllegalStateException(reason);
            }
        };
        return new OutboundQueue(
                nothing, Runnable::run, new Proofs(fault -> {}), new OutboundHeap(HeapEnough.room(), heap.share()));
    }

    /** A queue whose writer never gets a thread. */
    private static OutboundQueue silent(StanzaHeap heap) {
        OutboundQueue queue = new OutboundQueue(
                null, task -> {}, new Proofs(fault -> {}), new OutboundHeap(heap.share(), HeapEnough.room()));
        queue.cork();
        return queue;
    }
}
