package io.caravan.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.caravan.transform.Selection;
import java.io.IOException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartFailureTest {

    private final DefaultCamelContext context = new DefaultCamelContext();

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void causes_are_told_outermost_first() {
        var failure =
                new RuntimeException("route sync failed", new IOException("source 10.0.0.1:7000 cannot be reached"));

        assertThat(StartFailure.explain(failure, null).lines())
                .containsExactly(
                        "Caravan did not start: route sync failed",
                        "  because: source 10.0.0.1:7000 cannot be reached");
    }

    @Test
    void what_an_outer_message_says_already_is_not_told_again() {
        var cause = new IOException("wrong password");
        var failure =
                new RuntimeException("cannot start: wrong password", new RuntimeException(cause.toString(), cause));

        assertThat(StartFailure.explain(failure, null).lines())
                .containsExactly(
                        "Caravan did not start: cannot start: wrong password",
                        "  because: java.io.IOException: wrong password");
    }

    @Test
    void a_cause_without_a_message_is_passed_over() {
        var failure = new RuntimeException("outer", new IllegalStateException(null, new IOException("inner")));

        assertThat(StartFailure.explain(failure, null).lines())
                .containsExactly("Caravan did not start: outer", "  because: inner");
    }

    @Test
    void a_failure_that_says_nothing_is_named() {
        assertThat(StartFailure.explain(new NullPointerException(), context))
                .isEqualTo("Caravan did not start: java.lang.NullPointerException");
    }

    @Test
    void a_bean_that_is_not_declared_is_answered_with_place_and_those_that_are() {
        context.getRegistry().bind("selection", new Selection());
        Throwable failure = failureOf("""
                - route:
                    from:
                      uri: direct:start
                      steps:
                        - process:
                            ref: selektion
                """);

        assertThat(StartFailure.explain(failure, context).lines())
                .contains(
                        "  remedy: declare the bean 'selektion' under beans: of a file in routes/, or name one that is"
                                + " declared: selection")
                .anyMatch(line -> line.startsWith("  at: ") && line.endsWith("task.yaml:5"));
    }

    @Test
    void an_option_that_does_not_exist_is_answered_with_the_one_that_was_meant() {
        Throwable failure = failureOf("""
                - route:
                    from:
                      uri: redis-replication:10.0.0.1:7000?maxBatchComands=10
                      steps:
                        - to:
                            uri: log:changes
                """);

        assertThat(StartFailure.explain(failure, context))
                .contains("remedy: take the option 'maxBatchComands' out, or name one that the endpoint has;"
                        + " did you mean 'maxBatchCommands'?");
    }

    @Test
    void an_option_like_no_other_is_answered_without_a_guess() {
        Throwable failure = failureOf("""
                - route:
                    from:
                      uri: redis-replication:10.0.0.1:7000?qqq=10
                      steps:
                        - to:
                            uri: log:changes
                """);

        assertThat(StartFailure.explain(failure, context))
                .endsWith("remedy: take the option 'qqq' out, or name one that the endpoint has");
    }

    @ParameterizedTest
    @CsvSource({
        "kitten, sitting, 3",
        "'', abc, 3",
        "abc, '', 3",
        "abc, abc, 0",
        "onErorr, onError, 2",
    })
    void the_distance_of_two_words_is_the_number_of_changes(String from, String to, int distance) {
        assertThat(StartFailure.distance(from, to)).isEqualTo(distance);
    }

    private Throwable failureOf(String yaml) {
        context.setSourceLocationEnabled(true);
        return catchThrowable(() -> {
            context.build();
            PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.fromString("task.yaml", yaml));
            context.start();
        });
    }
}
