package io.caravan.camel;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.UseLatestAggregationStrategy;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Routes are only looked at; none is started. */
class RouteInspectionTest {

    private static final String SOURCE = "redis-replication:10.0.0.1:7000";
    private static final String SINK = "redis-cluster:10.0.0.9:7000";

    private final DefaultCamelContext context = new DefaultCamelContext();

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void a_straight_route_ends_with_its_sink() throws Exception {
        RouteInspection route = inspect(new RouteBuilder() {
            @Override
            public void configure() {
                from(SOURCE).routeId("task").process(exchange -> {}).to(SINK);
            }
        });

        assertThat(route.objections()).isEmpty();
        assertThat(route.remarks()).isEmpty();
        assertThat(route.sinkIsLast()).isTrue();
        assertThat(route.sinks())
                .singleElement()
                .extracting(RedisClusterEndpoint::getNodes)
                .isEqualTo("10.0.0.9:7000");
    }

    @Test
    void a_route_in_yaml_is_inspected_the_same() throws Exception {
        RouteInspection route = inspectYaml("""
                - route:
                    id: task
                    from:
                      uri: redis-replication
                      parameters:
                        nodes: "10.0.0.1:7000"
                      steps:
                        - filter:
                            expression:
                              simple:
                                expression: "${body} != null"
                            steps:
                              - to:
                                  uri: redis-cluster
                                  parameters:
                                    nodes: "10.0.0.9:7000"
                                    onError: SKIP
                """);

        assertThat(route.objections()).isEmpty();
        assertThat(route.sinkIsLast()).isFalse();
        assertThat(route.sinks())
                .singleElement()
                .extracting(RedisClusterEndpoint::getNodes)
                .isEqualTo("10.0.0.9:7000");
    }

    @Test
    void a_sink_with_later_steps_is_not_the_last() throws Exception {
        RouteInspection route = inspect(new RouteBuilder() {
            @Override
            public void configure() {
                from(SOURCE).routeId("task").to(SINK).to("log:applied");
            }
        });

        assertThat(route.sinkIsLast()).isFalse();
        assertThat(route.sinks()).hasSize(1);
    }

    @Test
    void a_route_without_a_sink_has_none() throws Exception {
        RouteInspection route = inspect(new RouteBuilder() {
            @Override
            public void configure() {
                from(SOURCE).routeId("task").to("log:changes");
            }
        });

        assertThat(route.sinks()).isEmpty();
        assertThat(route.sinkIsLast()).isFalse();
        assertThat(route.objections()).isEmpty();
    }

    @Test
    void a_route_that_is_not_in_the_model_yields_nothing() {
        RouteInspection route = RouteInspection.of(context, "unknown");

        assertThat(route.sinks()).isEmpty();
        assertThat(route.objections()).isEmpty();
    }

    @Test
    void a_direct_endpoint_leads_to_the_route_behind_it() throws Exception {
        RouteInspection route = inspect(new RouteBuilder() {
            @Override
            public void configure() {
                from(SOURCE).routeId("task").to("direct:apply");
                from("direct:apply").to(SINK);
            }
        });

        assertThat(route.objections()).isEmpty();
        assertThat(route.sinks()).hasSize(1);
        assertThat(route.sinkIsLast()).as("the caller's steps come after it").isFalse();
    }

    @Test
    void an_endpoint_is_the_same_however_it_is_written() throws Exception {
        RouteInspection route = inspect(new RouteBuilder() {
            @Override
            public void configure() {
                from(SOURCE).routeId("task").to("seda:queue?size=10");
                from("seda://queue").to("redis-cluster://10.0.0.9:7000");
            }
        });

        assertThat(route.sinks()).hasSize(1);
        assertThat(route.objections()).hasSize(1);
    }

    @Test
    void placeholders_are_resolved() throws Exception {
        context.getPropertiesComponent().addInitialProperty("sink", SINK);
        RouteInspection route = inspect(new RouteBuilder() {
            @Override
            public void configure() {
                from(SOURCE).routeId("task").to("{{sink}}");
            }
        });

        assertThat(route.sinks()).hasSize(1);
        assertThat(route.sinkIsLast()).isTrue();
    }

    @Test
    void routes_that_lead_to_each_other_are_followed_once() throws Exception {
        RouteInspection route = inspect(new RouteBuilder() {
            @Override
            public void configure() {
                from(SOURCE).routeId("task").to("direct:a");
                from("direct:a").to("direct:b");
                from("direct:b").to("direct:a").to(SINK);
            }
        });

        assertThat(route.sinks()).hasSize(1);
    }

    @Test
    void a_queue_between_source_and_sink_is_objected_to() throws Exception {
        RouteInspection route = inspect(new RouteBuilder() {
            @Override
            public void configure() {
                from(SOURCE).routeId("task").to("seda:queue");
                from("seda:queue").to("direct:apply");
                from("direct:apply").to(SINK);
            }
        });

        assertThat(route.objections())
                .singleElement()
                .asString()
                .contains("hands batches on without waiting for them (seda: and the like)");
    }

    @Test
    void a_queue_beside_the_sink_is_no_harm() throws Exception {
        RouteInspection route = inspect(new RouteBuilder() {
            @Override
            public void configure() {
                from(SOURCE).routeId("task").to("seda:audit").to(SINK);
                from("seda:audit").to("log:audit");
            }
        });

        assertThat(route.objections()).isEmpty();
    }

    @Test
    void commands_of_a_batch_may_be_split_in_order_but_not_in_parallel() throws Exception {
        RouteInspection inOrder = inspect(new RouteBuilder() {
            @Override
            public void configure() {
                from(SOURCE).routeId("task").split(body()).to(SINK);
            }
        });
        assertThat(inOrder.objections()).isEmpty();

        RouteInspection inParallel = inspect(
                new RouteBuilder() {
                    @Override
                    public void configure() {
                        from(SOURCE)
                                .routeId("parallel")
                                .split(body())
                                .parallelProcessing()
                                .filter(body().isNotNull())
                                .to(SINK);
                    }
                },
                "parallel");
        assertThat(inParallel.objections())
                .singleElement()
                .asString()
                .contains("works on the commands of a batch in parallel");
    }

    @Test
    void steps_that_put_batches_aside_or_change_their_order_are_objected_to() throws Exception {
        RouteInspection aggregated = inspect(new RouteBuilder() {
            @Override
            public void configure() {
                from(SOURCE)
                        .routeId("task")
                        .aggregate(constant(true), new UseLatestAggregationStrategy())
                        .completionSize(2)
                        .to(SINK);
            }
        });
        assertThat(aggregated.objections()).singleElement().asString().contains("aggregate puts batches aside");

        RouteInspection resequenced = inspect(
                new RouteBuilder() {
                    @Override
                    public void configure() {
                        from(SOURCE).routeId("resequenced").resequence(body()).to(SINK);
                    }
                },
                "resequenced");
        assertThat(resequenced.objections()).singleElement().asString().contains("resequence changes the order");
    }

    @Test
    void a_change_of_threads_is_slow_but_right() throws Exception {
        RouteInspection route = inspect(new RouteBuilder() {
            @Override
            public void configure() {
                from(SOURCE).routeId("task").threads(2).to(SINK);
            }
        });

        assertThat(route.objections()).isEmpty();
        assertThat(route.remarks()).singleElement().asString().contains("which is slow");
    }

    @Test
    void a_change_of_threads_that_leads_to_no_sink_is_nothing_to_remark() throws Exception {
        RouteInspection route = inspect(new RouteBuilder() {
            @Override
            public void configure() {
                from(SOURCE).routeId("task").threads(2).to("log:changes");
            }
        });

        assertThat(route.remarks()).isEmpty();
    }

    @Test
    void an_objection_names_the_step_and_its_place_in_the_file() throws Exception {
        context.setSourceLocationEnabled(true);
        RouteInspection route = inspectYaml("""
                - route:
                    id: task
                    from:
                      uri: redis-replication:10.0.0.1:7000
                      steps:
                        - split:
                            parallelProcessing: "true"
                            expression:
                              simple:
                                expression: "${body}"
                            steps:
                              - to:
                                  uri: redis-cluster:10.0.0.9:7000
                """);

        assertThat(route.objections())
                .singleElement()
                .asString()
                .startsWith("step 'split' (")
                .contains("task.yaml:6)");
    }

    private RouteInspection inspect(RouteBuilder routes) throws Exception {
        return inspect(routes, "task");
    }

    private RouteInspection inspect(RouteBuilder routes, String routeId) throws Exception {
        context.build();
        context.addRoutes(routes);
        return RouteInspection.of(context, routeId);
    }

    private RouteInspection inspectYaml(String yaml) throws Exception {
        context.build();
        PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.fromString("task.yaml", yaml));
        return RouteInspection.of(context, "task");
    }
}
