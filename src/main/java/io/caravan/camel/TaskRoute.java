package io.caravan.camel;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.model.FromDefinition;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.NodeIdFactory;

/**
 * A route that begins with {@code redis-replication:}, started or not.
 *
 * @param id its id; as long as it is not made, maybe with placeholders
 * @param configuration what its endpoint is told
 */
public record TaskRoute(String id, RedisReplicationConfiguration configuration) {

    private static final String SCHEME = "redis-replication:";

    /** Those of a context, in their order. Connects to nothing. */
    public static List<TaskRoute> in(CamelContext context) {
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        List<RouteDefinition> routes = model == null ? List.of() : model.getRouteDefinitions();
        return routes.stream().flatMap(route -> of(context, route)).toList();
    }

    private static Stream<TaskRoute> of(CamelContext context, RouteDefinition route) {
        FromDefinition from = route.getInput();
        Endpoint given = from.getEndpoint();
        String uri = given == null ? context.resolvePropertyPlaceholders(from.getEndpointUri()) : "";
        Endpoint begin = uri.startsWith(SCHEME) ? context.getEndpoint(uri) : given;
        return begin instanceof RedisReplicationEndpoint source
                ? Stream.of(new TaskRoute(idOf(context, route), source.getConfiguration()))
                : Stream.of();
    }

    /** A route that was given no id gets the one that it starts with. */
    private static String idOf(CamelContext context, RouteDefinition route) {
        return route.idOrCreate(context.getCamelContextExtension().getContextPlugin(NodeIdFactory.class));
    }

    /** The nodes of the destinations that it leads to, as they are configured, separated by commas. */
    public String destination(CamelContext context) {
        return RouteInspection.of(context, id).sinks().stream()
                .map(RedisClusterEndpoint::getNodes)
                .collect(Collectors.joining(","));
    }

    /** The id of the task. */
    public String task(CamelContext context) {
        return configuration.taskOf(context.resolvePropertyPlaceholders(id));
    }
}
