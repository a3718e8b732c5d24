package io.caravan.cluster;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Units in the order in which they were sent, or will be: a queue without an object per unit. Owned by the destination's
 * event loop.
 */
final class UnitRing {

    private @Nullable BatchTicket[] tickets = new BatchTicket[256];
    private int[] rows = new int[256];
    private int[] numbers = new int[256];
    private int head;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** @param number whatever the owner wants to know of the unit: replies still expected, or how to send it */
    void add(BatchTicket ticket, int row, int number) {
        append(ticket, row, number);
    }

    /** A command of Caravan's own, which is no unit of a batch. */
    void addOwn(int number) {
        append(null, 0, number);
    }

    /** Whether the first one is no unit of a batch. */
    boolean isOwn() {
        return tickets[head] == null && size > 0;
    }

    private void append(@Nullable BatchTicket ticket, int row, int number) {
        if (size == rows.length) {
            grow();
        }
        int at = head + size & rows.length - 1;
        tickets[at] = ticket;
        rows[at] = row;
        numbers[at] = number;
        size++;
    }

    BatchTicket ticket() {
        BatchTicket ticket = tickets[head];
        if (ticket == null) {
            throw new IllegalStateException("no unit is in the ring");
        }
        return ticket;
    }

    int row() {
        return rows[head];
    }

    int number() {
        return numbers[head];
    }

    /** Changes the number of the first unit. */
    void number(int number) {
        numbers[head] = number;
    }

    /** Takes the first unit out. */
    void remove() {
        tickets[head] = null;
        head = head + 1 & rows.length - 1;
        size--;
    }

    private void grow() {
        int length = rows.length;
        tickets = rotate(tickets, Arrays.copyOf(tickets, length * 2), length);
        rows = rotate(rows, new int[length * 2], length);
        numbers = rotate(numbers, new int[length * 2], length);
        head = 0;
    }

    private <T> T rotate(T from, T to, int length) {
        System.arraycopy(from, head, to, 0, length - head);
        System.arraycopy(from, 0, to, length - head, head);
        return to;
    }
}
