package io.caravan.precheck;

import java.util.Locale;

/** Numbers of bytes as people read them. */
final class Sizes {

    private static final long KILO = 1024;
    private static final String[] UNITS = {"bytes", "KB", "MB", "GB", "TB"};

    private Sizes() {}

    /** {@code 1.5 MB}; a unit is 1024 of the one before. */
    static String text(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= KILO && unit < UNITS.length - 1) {
            amount /= KILO;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", amount, UNITS[unit]);
    }
}
