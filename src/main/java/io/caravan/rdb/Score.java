package io.caravan.rdb;

import java.util.regex.Pattern;

/** The score of a sorted set's member, between the snapshot's forms and the text that {@code ZADD} takes. */
final class Score {

    /** Longest text of a score: the length byte of {@code rdbLoadDoubleValue} below 253. */
    static final int LONGEST_TEXT = 252;

    /** Integral numbers of fewer digits are printed without exponent. */
    private static final double PLAIN_BELOW = 1e17;

    private static final Pattern DECIMAL = Pattern.compile("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]{1,9})?");

    private Score() {}

    /** The text that {@code strtod} takes for the identical number, which is one. */
    static String print(double score) {
        if (Double.isInfinite(score)) {
            return score > 0 ? "inf" : "-inf";
        }
        if (score == Math.rint(score) && Math.abs(score) < PLAIN_BELOW) {
            boolean negativeZero = score == 0 && 1 / score < 0;
            return negativeZero ? "-0" : Long.toString((long) score);
        }
        return Double.toString(score);
    }

    /** The score that {@code text} is, as {@code strtod} reads it; not a number if it is none. */
    static double parse(String text) {
        return switch (text) {
            case "inf", "+inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> DECIMAL.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
        };
    }
}
