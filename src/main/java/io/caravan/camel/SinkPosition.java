package io.caravan.camel;

import org.apache.camel.Exchange;

/**
 * Whether anything but the consumer comes after the sink in the route of an exchange: if not, the exchange may end on the
 * destination's event loop, which saves a change of threads.
 */
final class SinkPosition {

    private static final String LAST = "CaravanSinkIsLast";

    private SinkPosition() {}

    static void markLast(Exchange exchange) {
        exchange.setProperty(LAST, Boolean.TRUE);
    }

    static boolean isLast(Exchange exchange) {
        return exchange.getProperty(LAST) == Boolean.TRUE;
    }
}
