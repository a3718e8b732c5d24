package io.caravan.camel;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number of bytes as people write it: {@code 64MB}, {@code 512k}, {@code 1g}, {@code 1048576}. */
final class MemorySize {

    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})\\s*([kmg]?)i?b?");

    private MemorySize() {}

    /**
     * The number of bytes; k, m and g count by 1024.
     *
     * @param option name of the option, for the message
     * @throws IllegalArgumentException if it is no size
     */
    static long parse(String option, String text) {
        Matcher matcher = SIZE.matcher(text.trim().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(option + "=" + text + " is no size; write it as 64MB");
        }
        long factor = switch (matcher.group(2)) {
            case "k" -> 1L << 10;
            case "m" -> 1L << 20;
            case "g" -> 1L << 30;
            default -> 1L;
        };
        long number = Long.parseLong(matcher.group(1));
        if (number > Long.MAX_VALUE / factor) {
            throw new IllegalArgumentException(option + "=" + text + " is more than any machine has; write it as 64MB");
        }
        return number * factor;
    }
}
