package io.caravan.camel;

import io.caravan.transform.Selection;
import io.caravan.transform.SupportedCommands;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.model.AggregateDefinition;
import org.apache.camel.model.Model;
import org.apache.camel.model.ProcessDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.ResequenceDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SplitDefinition;
import org.apache.camel.model.ThreadsDefinition;
import org.apache.camel.model.ToDefinition;

/**
 * What the model of a route says about the way from its consumer to a {@code redis-cluster:} endpoint: where that is, and
 * which steps between would break the order of commands.
 *
 * <p>Used by the thread that starts the route.
 */
final class RouteInspection {

    /** Endpoints that take a message and let the exchange go on: the batch would count as applied before it is. */
    private static final Set<String> HAND_ON = Set.of("seda", "disruptor", "vm", "disruptor-vm");

    private final CamelContext context;
    private final List<String> objections = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private final List<String> sinks = new ArrayList<>();
    private final Set<String> visited = new HashSet<>();
    private final List<SupportedCommands> supported = new ArrayList<>();
    private final List<Selection> selections = new ArrayList<>();
    private boolean sinkIsLast;

    private RouteInspection(CamelContext context) {
        this.context = context;
    }

    /** Looks at a route; a route without a model (made by other means than the DSLs) yields nothing. */
    static RouteInspection of(CamelContext context, String routeId) {
        var inspection = new RouteInspection(context);
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        RouteDefinition route = model == null ? null : model.getRouteDefinition(routeId);
        if (model != null && route != null) {
            inspection.visit(model, route.getOutputs(), false);
            inspection.sinkIsLast = inspection.endsWithSink(route.getOutputs());
        }
        return inspection;
    }

    /** Steps that would break the order, in words; the route must not start with them. */
    List<String> objections() {
        return objections;
    }

    /** Steps that cost speed, in words. */
    List<String> remarks() {
        return remarks;
    }

    /** Whether a sink is the last step, so that nothing but the consumer comes after it. */
    boolean sinkIsLast() {
        return sinkIsLast;
    }

    /** The endpoints that the batches are applied to, each once, in the order of the route. */
    List<RedisClusterEndpoint> sinks() {
        return sinks.stream()
                .map(uri -> context.getEndpoint(uri, RedisClusterEndpoint.class))
                .distinct()
                .toList();
    }

    /** The step that holds the route to an edition; the first, if there are several. */
    Optional<SupportedCommands> supportedCommands() {
        return supported.stream().findFirst();
    }

    /** What its steps select. */
    RouteSelection selection() {
        return new RouteSelection(selections);
    }

    /** @param handedOn whether an endpoint before has let the exchange go on */
    private void visit(Model model, List<ProcessorDefinition<?>> outputs, boolean handedOn) {
        for (ToDefinition to : ProcessorDefinitionHelper.filterTypeInOutputs(outputs, ToDefinition.class)) {
            String uri = resolved(to);
            if (isSink(uri)) {
                sinks.add(uri);
                if (handedOn) {
                    objections.add("a step before " + place(to)
                            + " hands batches on without waiting for them (seda: and the like)");
                }
                objectToStepsAround(to);
            } else {
                follow(model, to, uri, handedOn);
            }
        }
        for (ProcessDefinition step : ProcessorDefinitionHelper.filterTypeInOutputs(outputs, ProcessDefinition.class)) {
            String name = context.resolvePropertyPlaceholders(String.valueOf(step.getRef()));
            if (context.getRegistry().lookupByName(name) instanceof SupportedCommands found) {
                supported.add(found);
            }
            if (context.getRegistry().lookupByName(name) instanceof Selection found) {
                selections.add(found);
            }
        }
        refuseIfSinkBelow(outputs, AggregateDefinition.class, "aggregate puts batches aside");
        refuseIfSinkBelow(outputs, ResequenceDefinition.class, "resequence changes the order");
        if (!sinks.isEmpty()) {
            for (ThreadsDefinition threads :
                    ProcessorDefinitionHelper.filterTypeInOutputs(outputs, ThreadsDefinition.class)) {
                remarks.add(place(threads)
                        + " hands each batch to another thread: the order is kept by sending one batch at"
                        + " a time, which is slow");
            }
        }
    }

    /** A direct: or seda: endpoint leads to the route that reads it. */
    private void follow(Model model, ToDefinition to, String uri, boolean handedOn) {
        String scheme = uri.substring(0, Math.max(0, uri.indexOf(':')));
        boolean handsOn = HAND_ON.contains(scheme);
        if (!handsOn && !scheme.equals("direct")) {
            return;
        }
        String target = withoutOptions(uri);
        if (visited.add(target)) {
            for (RouteDefinition route : model.getRouteDefinitions()) {
                String from =
                        context.resolvePropertyPlaceholders(route.getInput().getEndpointUri());
                if (withoutOptions(from).equals(target)) {
                    visit(model, route.getOutputs(), handedOn || handsOn);
                }
            }
        }
    }

    private void objectToStepsAround(ToDefinition sink) {
        for (ProcessorDefinition<?> parent = sink.getParent(); parent != null; parent = parent.getParent()) {
            if (parent instanceof SplitDefinition split && Boolean.parseBoolean(split.getParallelProcessing())) {
                objections.add(place(parent) + " works on the commands of a batch in parallel");
            }
        }
    }

    private <T extends ProcessorDefinition<?>> void refuseIfSinkBelow(
            List<ProcessorDefinition<?>> outputs, Class<T> kind, String why) {
        for (T step : ProcessorDefinitionHelper.filterTypeInOutputs(outputs, kind)) {
            boolean leadsToSink =
                    ProcessorDefinitionHelper.filterTypeInOutputs(step.getOutputs(), ToDefinition.class).stream()
                            .anyMatch(to -> isSink(resolved(to)));
            if (leadsToSink) {
                objections.add(place(step) + ": " + why);
            }
        }
    }

    private boolean endsWithSink(List<ProcessorDefinition<?>> outputs) {
        return !outputs.isEmpty() && outputs.get(outputs.size() - 1) instanceof ToDefinition to && isSink(resolved(to));
    }

    private String resolved(ToDefinition to) {
        return context.resolvePropertyPlaceholders(to.getEndpointUri());
    }

    private static boolean isSink(String uri) {
        return uri.startsWith(RedisClusterConstants.SCHEME + ":");
    }

    /** {@code seda://queue?size=10} is {@code seda:queue}. */
    private static String withoutOptions(String uri) {
        int options = uri.indexOf('?');
        return (options < 0 ? uri : uri.substring(0, options)).replaceFirst("://", ":");
    }

    private static String place(ProcessorDefinition<?> step) {
        String where = step.getLocation() == null ? "" : " (" + step.getLocation() + ":" + step.getLineNumber() + ")";
        return "step '" + step.getShortName() + "'" + where;
    }
}
