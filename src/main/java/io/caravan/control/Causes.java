package io.caravan.control;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.RuntimeCamelException;

/** An exception in the words of a person. */
final class Causes {

    private Causes() {}

    /** Whether one of the causes is of a kind. */
    static boolean contains(Throwable failure, Class<? extends Throwable> kind) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (kind.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    /** The messages of the causes, outermost first, each once; Camel's wrappings, which repeat what they wrap, are left out. */
    static String text(Throwable failure) {
        List<String> messages = new ArrayList<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            boolean wrapping = cause.getCause() != null
                    && (cause instanceof FailedToStartRouteException || cause instanceof RuntimeCamelException);
            if (message != null && !wrapping && messages.stream().noneMatch(outer -> outer.contains(message))) {
                messages.add(message);
            }
        }
        return messages.isEmpty() ? failure.toString() : String.join(", because ", messages);
    }
}
