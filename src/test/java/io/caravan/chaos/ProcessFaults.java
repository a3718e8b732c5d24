package io.caravan.chaos;

import io.caravan.sync.CaravanProcess;
import java.util.List;
import java.util.Random;

/** What happens to the process of Caravan. */
final class ProcessFaults {

    private static final int LONGEST_PAUSE_MILLIS = 6_000;
    private static final int LONGEST_ABSENCE_MILLIS = 2_000;

    private ProcessFaults() {}

    static List<FaultKind> kinds() {
        return List.of(
                new FaultKind("kill-caravan", Room.CARAVAN, ProcessFaults::kill),
                new FaultKind("stop-caravan", Room.CARAVAN, ProcessFaults::stop),
                new FaultKind("pause-caravan", Room.CARAVAN, ProcessFaults::pause));
    }

    private static Fault kill(Stage stage, Random random) {
        return new Fault(
                "kill -9",
                () -> stage.away(stage.caravan()::kill),
                stage::back,
                random.nextInt(LONGEST_ABSENCE_MILLIS));
    }

    private static Fault stop(Stage stage, Random random) {
        return new Fault(
                "SIGTERM", () -> stage.away(stage.caravan()::end), stage::back, random.nextInt(LONGEST_ABSENCE_MILLIS));
    }

    private static Fault pause(Stage stage, Random random) {
        CaravanProcess caravan = stage.caravan();
        return new Fault(
                "SIGSTOP",
                () -> caravan.signal("STOP"),
                () -> caravan.signal("CONT"),
                500 + random.nextInt(LONGEST_PAUSE_MILLIS));
    }
}
