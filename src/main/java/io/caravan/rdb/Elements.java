package io.caravan.rdb;

import java.io.IOException;

/** The elements of an aggregate in the snapshot's order. Each is taken to its end before the next is asked for. */
interface Elements {

    /**
     * Goes on to the next element, which {@code element} then is; its bytes are not read yet.
     *
     * @return false if there is none, and the aggregate has been read to its end
     */
    boolean next(Element element) throws IOException, ValueTooLargeException;
}
