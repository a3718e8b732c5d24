package io.caravan.precheck;

import io.caravan.spool.SpoolPlace;
import java.io.IOException;
import java.util.Optional;

/** Whether the disk has room for the spool. */
final class SpoolRoom {

    private SpoolRoom() {}

    static void look(Facts facts, Side source, Findings findings) {
        Optional<SpoolPlace> place = facts.settings().spool();
        if (place.isEmpty()) {
            findings.summary("none (spoolDirectory is empty): the source has to wait for the destination");
            return;
        }
        String folder = place.get().directory().toString();
        try {
            long available = place.get().availableBytes();
            findings.summary(Sizes.text(available) + " of the disk may be used");
            judge(folder, available, place.get().limitBytes(), findings);
        } catch (IOException e) {
            findings.fail(
                    "",
                    "the spool folder " + folder + " cannot be used: " + e.getMessage(),
                    "set spoolDirectory to a folder that this process may write, or leave it empty to do without");
        }
    }

    static void judge(String folder, long available, long limit, Findings findings) {
        if (available == 0) {
            findings.fail(
                    "",
                    "the disk of the spool folder " + folder
                            + " has no room left beside the 512 MB that are left to others",
                    "free some, or set spoolDirectory to a folder on another disk");
        } else if (available < limit) {
            findings.warn(
                    "",
                    "the spool may take " + Sizes.text(limit) + " (spoolBytes), and the disk of " + folder + " has "
                            + Sizes.text(available) + " for it; beyond that the source has to wait",
                    "free some, lower spoolBytes, or set spoolDirectory to a folder on another disk");
        }
    }
}
