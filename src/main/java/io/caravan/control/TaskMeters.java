package io.caravan.control;

import io.micrometer.core.instrument.Gauge;
import org.apache.camel.CamelContext;
import org.apache.camel.component.micrometer.MicrometerConstants;
import org.apache.camel.component.micrometer.MicrometerUtils;

/**
 * Shows the state of a task as a meter, in the registry that Camel Micrometer uses: also of one that does not run, which has none
 * of the other meters. Read by the registry's thread.
 */
final class TaskMeters {

    /** Its value is the place of the {@link TaskState} in their order. */
    static final String STATE = "caravan.task.state";

    private TaskMeters() {}

    static void bind(CamelContext context, Task task) {
        Gauge.builder(STATE, task, each -> each.state().ordinal())
                .description("State of the task")
                .baseUnit("state")
                .tag("task", task.identity().name())
                .tag("id", task.identity().id())
                .register(MicrometerUtils.getOrCreateMeterRegistry(
                        context.getRegistry(), MicrometerConstants.METRICS_REGISTRY_NAME));
    }
}
