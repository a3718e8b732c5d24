package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.RedisServer;
import io.caravan.servers.ServerProgram;
import org.apache.camel.Produce;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The shipped route with a test in the place of its source: what its steps do to a batch. */
@CamelMainTest(
        propertyPlaceholderFileName = "io/caravan/app/defaults.properties",
        properties = {
            "source=127.0.0.1:1",
            "excludeKeys=prefix:tmp:",
            "edition=community",
            "unsupported=skip",
            "camel.management.enabled=false",
            "camel.main.routes-include-pattern=file:routes/*.yaml"
        },
        replaceRouteFromWith = "{{task}}=direct:source")
class ShippedRouteIT {

    private static RedisServer destination;

    @Produce("direct:source")
    private ProducerTemplate source;

    @BeforeAll
    static void startDestination() {
        destination = RedisServer.start(ServerProgram.newest());
        System.setProperty("destination", destination.endpoint().toString());
    }

    @AfterAll
    static void stopDestination() {
        System.clearProperty("destination");
        destination.close();
    }

    @Test
    void only_what_the_settings_select_reaches_the_destination() {
        source.sendBody(StreamBatch.of("SET kept 1", "SET tmp:1 1", "XADD stream 1-1 f v", "LPUSH list a"));

        assertThat(destination.number("EXISTS", "kept", "list")).isEqualTo(2);
        assertThat(destination.number("EXISTS", "tmp:1", "stream")).isZero();
    }
}
