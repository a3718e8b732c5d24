package io.caravan.camel;

import org.apache.camel.Exchange;

/**
 * What sink and consumer tell each other by an exchange: that it was abandoned by the sink, and whether anything but the consumer comes after the sink in the route of an exchange: if not, the exchange may end on the
 * destination's event loop, which saves a change of threads.
 */
final class SinkPosition {

    private static final String LAST = "CaravanSinkIsLast";

    private static final String ABANDONED = "CaravanAbandoned";

    private SinkPosition() {}

    static void markLast(Exchange exchange) {
        exchange.setProperty(LAST, Boolean.TRUE);
    }

    /** The sink is closed, and what became of the batch is not known: the route ends here, without a word. */
    static void abandon(Exchange exchange) {
        exchange.setProperty(ABANDONED, Boolean.TRUE);
        exchange.setRouteStop(true);
    }

    static boolean isAbandoned(Exchange exchange) {
        return exchange.getProperty(ABANDONED) == Boolean.TRUE;
    }

    static boolean isLast(Exchange exchange) {
        return exchange.getProperty(LAST) == Boolean.TRUE;
    }
}
