package io.caravan.servers;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An error reply. Among the replies of a pipeline it is a value; a single call throws it, with the request behind the
 * server's words.
 */
public final class RespError extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Not a server's word: the connection ended before the reply, so the request may have run or not. */
    private static final String UNANSWERED = "UNANSWERED";

    RespError(String message) {
        super(message, null, false, false);
    }

    private RespError(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static RespError unanswered(Exception cause) {
        return new RespError(UNANSWERED + " " + cause.getMessage(), cause);
    }

    RespError to(Request request) {
        return new RespError(getMessage() + "  (reply to " + request + ")", this);
    }

    /** The first word: {@code MOVED}, {@code WRONGTYPE}, {@code ERR}. */
    public String code() {
        String message = String.valueOf(getMessage());
        int end = message.indexOf(' ');
        return end < 0 ? message : message.substring(0, end);
    }

    /** Whether the request may have run or not, since the connection ended before its reply. */
    public boolean isUnanswered() {
        return code().equals(UNANSWERED);
    }

    /** The parts of {@code MOVED 3999 127.0.0.1:6381}. */
    List<String> words() {
        return List.of(String.valueOf(getMessage()).split(" ", -1));
    }
}
