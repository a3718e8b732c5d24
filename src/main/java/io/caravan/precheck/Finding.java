package io.caravan.precheck;

/**
 * Something that an item has found wrong.
 *
 * @param outcome {@link Outcome#WARNING} or {@link Outcome#FAILED}
 * @param node {@code host:port} of the server concerned, empty if it is none in particular
 * @param cause what is wrong, with its figures
 * @param remedy what to do
 */
public record Finding(Outcome outcome, String node, String cause, String remedy) {

    public Finding {
        if (outcome != Outcome.WARNING && outcome != Outcome.FAILED) {
            throw new IllegalArgumentException("a finding is a warning or a failure, not " + outcome);
        }
    }

    /** Where, and what is wrong. */
    public String sentence() {
        return node.isEmpty() || cause.contains(node) ? cause : node + ": " + cause;
    }
}
