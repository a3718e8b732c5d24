package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.Dataset;
import io.caravan.servers.Load;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/**
 * What the page shows of real tasks between real servers, in a real browser. Leaves pictures under {@code target/status-page};
 * {@code -Dcaravan.write.docs=true} writes those of the documentation, too.
 */
class StatusPageIT {

    @RegisterExtension
    static final StatusPageWindow WINDOW = new StatusPageWindow();

    private final StatusPage page = WINDOW.page();
    private final Browser browser = WINDOW.browser();

    @Test
    void a_task_under_load_is_shown_as_it_moves() throws Exception {
        try (Pair pair = Pair.clusters();
                CaravanProcess caravan = page.managed(CaravanProcess.between(pair))
                        .with("heartbeatInterval", "1000")
                        .start();
                Load load = Load.on(pair.source).seed(51).perSecond(4000).start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            page.open();
            browser.await(".card .badge", "Synchronizing");
            page.assertMoves(".card .tile:nth-child(2) .note");
            browser.await(".card .tile:nth-child(1) .note", " · heartbeat ");
            Await.until(
                    "the title says it",
                    Browser.PATIENCE,
                    browser::title,
                    title -> title.startsWith("Synchronizing · "));
            PageAudit.assertReadable(browser);
            PageAudit.assertFits(browser);

            browser.find(".card h2 a").sendKeys(Keys.ENTER);
            browser.await("main h1", "sync");
            assertThat(browser.focused().getTagName()).isEqualTo("h1");
            browser.await(".view > .body > .card .sentence", "The destination follows the source");
            Await.until(
                    "three shards",
                    Browser.PATIENCE,
                    () -> browser.all(".flow .source li.good").size() == 3);
            Await.until(
                    "three nodes",
                    Browser.PATIENCE,
                    () -> browser.all(".flow .destination li.good").size() == 3);
            page.assertMoves(".flow .caravan .figure");
            page.assertMoves(".chart.commands .reading");
            assertThat(browser.text("section[aria-labelledby=h-shards] tbody tr"))
                    .contains("streaming");
            Await.until("the line is long enough to be seen", Browser.PATIENCE, () -> page.samples() >= 20);
            PageAudit.assertReadable(browser);
            PageAudit.assertFits(browser);
            PageAudit.assertReachableByKeyboard(browser);
            page.pictures("synchronizing");

            browser.back();
            browser.await("main h1", "Tasks");
            assertThat(browser.complaints()).isEmpty();
            load.stop();
        }
    }

    @Test
    void the_worst_of_several_tasks_stands_first_and_in_the_title() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                RedisServer other = RedisServer.start(Pair.newer())) {
            other.command("SET", "other", "value");
            String routes = route("catalog", pair.destinationMasters.get(0), false) + route("orders", other, true);
            try (CaravanProcess caravan = page.managed(CaravanProcess.between(pair))
                    .with("camel.routecontroller.enabled", "true")
                    .route(routes)
                    .start()) {
                caravan.awaitAcknowledged(pair.sourceMasters);
                page.openList();
                browser.await(".tasks li:nth-child(1)", "Precheck failed");
                browser.await(".tasks li:nth-child(2)", "Synchronizing");
                assertThat(browser.text(".tasks li:nth-child(1) h2")).isEqualTo("orders");
                assertThat(browser.text(".tasks li:nth-child(1) .remedy"))
                        .isEqualTo("What to do: mend what the precheck report names, then start the task");
                assertThat(browser.title()).isEqualTo("Precheck failed – orders – Caravan");
                PageAudit.assertReadable(browser);
                PageAudit.assertFits(browser);
                page.pictures("tasks");

                browser.find(".tasks li:nth-child(2) h2 a").click();
                browser.await("main h1", "catalog");
                browser.await("main h1 + .badge", "Synchronizing");
                assertThat(browser.title()).as("also on the page of another").startsWith("Precheck failed – orders");
                assertThat(browser.complaints()).isEmpty();
            }
        }
    }

    @Test
    void a_snapshot_has_a_percentage_and_an_end() throws Exception {
        try (RedisCluster destination = RedisCluster.on(Pair.newer()).linked().start();
                Pair pair = Pair.of(RedisCluster.on(Pair.older()).start(), destination)) {
            Dataset.everyType(52, 20_000).fitting("7.0").writeTo(pair.source);
            destination.masters().forEach(master -> master.link().bytesPerSecond(200_000));
            try (CaravanProcess caravan =
                    page.managed(CaravanProcess.between(pair)).start()) {
                page.openTask();
                browser.await("main h1 + .badge", "Initial synchronization");
                browser.await(".view > .body > .card .sentence", " left (until ");
                Await.until("a part is there", Browser.PATIENCE, page::percent, percent -> percent > 5);
                double before = page.percent();
                Await.until("it goes on", Browser.PATIENCE, page::percent, percent -> percent > before);
                assertThat(browser.title())
                        .startsWith("Initial synchronization ")
                        .contains("%");
                Await.until("the line is long enough to be seen", Browser.PATIENCE, () -> page.samples() >= 15);
                PageAudit.assertReadable(browser);
                PageAudit.assertFits(browser);
                page.pictures("snapshot");

                destination.masters().forEach(master -> master.link().bytesPerSecond(0));
                browser.await("main h1 + .badge", "Synchronizing");
                assertThat(browser.complaints()).isEmpty();
                assertThat(caravan.isAlive()).isTrue();
            }
        }
    }

    @Test
    void a_failure_is_shown_with_its_cause_and_remedy() throws Exception {
        RedisServer destination = RedisServer.on(Pair.newer())
                .option("rename-command", "SETRANGE \"\"")
                .start();
        try (Pair pair = Pair.of(RedisServer.start(Pair.older()), destination);
                CaravanProcess caravan =
                        page.managed(CaravanProcess.between(pair)).start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            page.openTask();
            browser.await("main h1 + .badge", "Synchronizing");

            pair.sourceMasters.get(0).command("SETRANGE", StatusPage.HOSTILE, "1", "x");

            browser.await("main h1 + .badge", "Failed");
            assertThat(browser.text(".view .problem .cause")).contains("SETRANGE", StatusPage.HOSTILE);
            assertThat(browser.text(".view .problem .remedy")).startsWith("What to do: ");
            browser.await(".flow .source li.bad", "failed");
            assertThat(browser.title()).startsWith("Failed");
            assertThat(browser.text(".events")).contains(StatusPage.HOSTILE);
            PageAudit.assertReadable(browser);
            PageAudit.assertFits(browser);
            page.pictures("failed");
            assertThat(browser.all("main img")).isEmpty();
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void a_precheck_that_failed_is_shown_item_by_item() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            pair.destinationMasters.get(0).command("SET", "other", "value");
            pair.destinationMasters.get(0).command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
            try (CaravanProcess caravan = page.managed(CaravanProcess.between(pair))
                    .with("precheck", "true")
                    .with("camel.routecontroller.enabled", "true")
                    .start()) {
                page.openTask();
                browser.await("main h1 + .badge", "Precheck failed");
                browser.await(".precheck .verdict", "1 failed · 1 warning");

                assertThat(browser.text(".precheck .items > li"))
                        .contains("destination empty", "holds 1 key already", "What to do: ");
                assertThat(browser.text(".view .part:not([hidden]) h2"))
                        .as("it stands first")
                        .isEqualTo("Precheck");
                assertThat(browser.shows("details li")).isFalse();
                PageAudit.assertReadable(browser);
                PageAudit.assertFits(browser);
                PageAudit.assertReachableByKeyboard(browser);
                page.pictures("precheck");
                browser.find("details summary").sendKeys(Keys.ENTER);
                assertThat(browser.text("details")).contains("source nodes", "answers");

                pair.destinationMasters.get(0).command("FLUSHALL");
                browser.find("[data-action=start]").sendKeys(Keys.ENTER);
                browser.find("dialog[open] .primary").sendKeys(Keys.ENTER);
                browser.await("main h1 + .badge", "Synchronizing");
                assertThat(browser.complaints()).isEmpty();
                assertThat(caravan.isAlive()).isTrue();
            }
        }
    }

    private static String route(String task, RedisServer destination, boolean precheck) {
        return """
                - route:
                    id: %s
                    from:
                      uri: redis-replication
                      parameters:
                        nodes: "{{source}}"
                        precheck: %s
                      steps:
                        - to:
                            uri: redis-cluster
                            parameters:
                              nodes: "%s"
                """.formatted(task, precheck, destination.endpoint());
    }
}
