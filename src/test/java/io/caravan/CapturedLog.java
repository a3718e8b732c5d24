package io.caravan;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** What one class logs while this is open. */
public final class CapturedLog implements AutoCloseable {

    private final Logger logger;
    private final Lines lines = new Lines();

    private CapturedLog(Logger logger) {
        this.logger = logger;
        lines.start();
        logger.addAppender(lines);
    }

    /** @param className full name of the class */
    public static CapturedLog of(String className) {
        return new CapturedLog((Logger) LogManager.getLogger(className));
    }

    /** Each message so far, its level before it: {@code WARN destination …}. Any thread. */
    public List<String> lines() {
        return List.copyOf(lines.messages);
    }

    /** Forgets the messages so far. */
    public void clear() {
        lines.messages.clear();
    }

    @Override
    public void close() {
        logger.removeAppender(lines);
        lines.stop();
    }

    private static final class Lines extends AbstractAppender {

        private final List<String> messages = new CopyOnWriteArrayList<>();

        private Lines() {
            super("captured", null, null, true, Property.EMPTY_ARRAY);
        }

        @Override
        public void append(LogEvent event) {
            messages.add(event.getLevel() + " " + event.getMessage().getFormattedMessage());
        }
    }
}
