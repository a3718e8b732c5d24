package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.Dataset;
import io.caravan.servers.DeploymentClient;
import io.caravan.servers.Load;
import io.caravan.servers.RedisCluster;
import io.caravan.servers.RedisServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/**
 * The page in a real browser, of real tasks between real servers. Leaves pictures under {@code target/status-page};
 * {@code -Dcaravan.write.docs=true} writes those of the documentation, too.
 */
class StatusPageIT {

    private static final int PICTURE_HEIGHT = 1150;
    private static final String HOSTILE = "<img src=x onerror=document.title='hacked'>";

    private static Browser browser;

    private final ManagementClient management = new ManagementClient();

    @BeforeAll
    static void startBrowser() throws IOException {
        browser = Browser.start();
    }

    @AfterAll
    static void endBrowser() throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void beginAnew() {
        browser.size(Browser.DESKTOP);
        browser.scheme("light");
        browser.open("about:blank");
        browser.complaints();
    }

    @AfterEach
    void nothingWasExecuted() {
        assertThat(browser.title()).isNotEqualTo("hacked");
    }

    @Test
    void a_task_under_load_is_shown_as_it_moves() throws Exception {
        try (Pair pair = Pair.clusters();
                CaravanProcess caravan =
                        management.managed(CaravanProcess.between(pair)).start();
                Load load = Load.on(pair.source).seed(51).perSecond(4000).start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            browser.open(page());
            browser.await(".card .badge", "Synchronizing");
            assertMoves(".card .tile:nth-child(2) .note");
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
            assertMoves(".flow .caravan .figure");
            assertMoves(".chart.commands .reading");
            assertThat(browser.text("section[aria-labelledby=h-shards] tbody tr"))
                    .contains("streaming");
            Await.until("the line is long enough to be seen", Browser.PATIENCE, () -> samples() >= 20);
            PageAudit.assertReadable(browser);
            PageAudit.assertFits(browser);
            PageAudit.assertReachableByKeyboard(browser);
            pictures("synchronizing");

            browser.back();
            browser.await("main h1", "Tasks");
            assertThat(browser.complaints()).isEmpty();
            load.stop();
        }
    }

    @Test
    void a_moment_of_a_chart_is_read_by_the_arrow_keys() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan =
                        management.managed(CaravanProcess.between(pair)).start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            openTask();
            Await.until("a line", Browser.PATIENCE, () -> samples() >= 4);

            browser.script("document.querySelector('.chart.lag .plot').focus()");
            browser.press(Keys.ARROW_LEFT);

            assertThat(browser.text(".chart.lag .reading"))
                    .matches("\\d+\\.\\d s · \\d+ bytes at \\d\\d:\\d\\d:\\d\\d");
            assertThat(browser.script("return document.querySelector('.chart.lag .mark').getAttribute('visibility')"))
                    .isEqualTo("visible");
        }
    }

    @Test
    void a_snapshot_has_a_percentage_and_an_end() throws Exception {
        try (RedisCluster destination = RedisCluster.on(Pair.newer()).linked().start();
                Pair pair = Pair.of(RedisCluster.on(Pair.older()).start(), destination)) {
            Dataset.everyType(52, 20_000).fitting("7.0").writeTo(pair.source);
            destination.masters().forEach(master -> master.link().bytesPerSecond(200_000));
            try (CaravanProcess caravan =
                    management.managed(CaravanProcess.between(pair)).start()) {
                openTask();
                browser.await("main h1 + .badge", "Initial synchronization");
                browser.await(".view > .body > .card .sentence", " left (until ");
                Await.until("a part is there", Browser.PATIENCE, StatusPageIT::percent, percent -> percent > 5);
                double before = percent();
                Await.until("it goes on", Browser.PATIENCE, StatusPageIT::percent, percent -> percent > before);
                assertThat(browser.title())
                        .startsWith("Initial synchronization ")
                        .contains("%");
                Await.until("the line is long enough to be seen", Browser.PATIENCE, () -> samples() >= 15);
                PageAudit.assertReadable(browser);
                PageAudit.assertFits(browser);
                pictures("snapshot");

                destination.masters().forEach(master -> master.link().bytesPerSecond(0));
                browser.await("main h1 + .badge", "Synchronizing");
                assertThat(browser.complaints()).isEmpty();
                assertThat(caravan.isAlive()).isTrue();
            }
        }
    }

    @Test
    void pause_and_resume_by_keyboard() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan =
                        management.managed(CaravanProcess.between(pair)).start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            openTask();
            browser.await("main h1 + .badge", "Synchronizing");

            browser.find("[data-action=pause]").sendKeys(Keys.ENTER);
            browser.await("dialog", "The link to the source stays.");
            assertThat(browser.text("dialog")).contains("in memory and in the spool (", " used)");
            assertThat(browser.focused().getText()).as("the harmless one").isEqualTo("Cancel");
            PageAudit.assertReadable(browser);
            browser.press(Keys.ESCAPE);
            Await.until("closed", Browser.PATIENCE, () -> !browser.shows("dialog"));
            assertThat(browser.focused().getDomAttribute("data-action")).isEqualTo("pause");
            assertThat(browser.text("main h1 + .badge")).isEqualTo("Synchronizing");

            browser.press(Keys.SPACE);
            browser.find("dialog[open]");
            browser.press(Keys.TAB);
            browser.press(Keys.ENTER);

            browser.await("main h1 + .badge", "Paused");
            browser.await("#said", "sync: Paused");
            Await.until(
                    "the keyboard goes on at what may be done now",
                    Browser.PATIENCE,
                    () -> String.valueOf(browser.focused().getDomAttribute("data-action")),
                    action -> action.equals("resume"));
            pair.sourceMasters.get(0).command("SET", "written", "meanwhile");
            browser.await(".events", "Paused");

            browser.press(Keys.ENTER);
            browser.find("dialog[open] .primary").sendKeys(Keys.ENTER);
            browser.await("main h1 + .badge", "Synchronizing");
            Await.until(
                    "it is applied",
                    Browser.PATIENCE,
                    () -> pair.destinationMasters.get(0).command("GET", "written"),
                    "meanwhile"::equals);
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void what_the_server_refuses_is_said_in_the_dialog() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan =
                        management.managed(CaravanProcess.between(pair)).start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            openTask();

            browser.find("[data-action=stop]").sendKeys(Keys.ENTER);
            browser.await("dialog", "The next start continues from the checkpoint.");
            caravan.kill();
            browser.find("dialog[open] .primary").sendKeys(Keys.ENTER);

            browser.await("dialog [role=alert]", "Caravan did not answer.");
            assertThat(browser.text("dialog button.primary")).isEqualTo("Stop");
        }
    }

    @Test
    void a_lost_connection_is_said_and_nothing_old_is_shown_as_new() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan =
                        management.managed(CaravanProcess.between(pair)).start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            openTask();
            browser.await("#pulse", "live");

            caravan.signal("STOP");
            browser.await("#banner", "No connection since ");
            assertThat(browser.script("return getComputedStyle(document.querySelector('main')).filter"))
                    .isEqualTo("grayscale(1)");
            caravan.signal("CONT");
            Await.until("it is live again", Browser.PATIENCE, () -> !browser.shows("#banner"));

            caravan.kill();
            browser.await("#banner", "trying again");
            caravan.restart();
            browser.await("#pulse", "live");
            assertThat(browser.shows("#banner")).isFalse();
            browser.await("main h1 + .badge", "Synchronizing");
        }
    }

    @Test
    void a_failure_is_shown_with_its_cause_and_remedy() throws Exception {
        RedisServer destination = RedisServer.on(Pair.newer())
                .option("rename-command", "SETRANGE \"\"")
                .start();
        try (Pair pair = Pair.of(RedisServer.start(Pair.older()), destination);
                CaravanProcess caravan =
                        management.managed(CaravanProcess.between(pair)).start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            openTask();
            browser.await("main h1 + .badge", "Synchronizing");

            pair.sourceMasters.get(0).command("SETRANGE", HOSTILE, "1", "x");

            browser.await("main h1 + .badge", "Failed");
            assertThat(browser.text(".view .problem .cause")).contains("SETRANGE", HOSTILE);
            assertThat(browser.text(".view .problem .remedy")).startsWith("What to do: ");
            browser.await(".flow .source li.bad", "failed");
            assertThat(browser.title()).startsWith("Failed");
            assertThat(browser.text(".events")).contains(HOSTILE);
            PageAudit.assertReadable(browser);
            PageAudit.assertFits(browser);
            pictures("failed");
            assertThat(browser.all("main img")).isEmpty();
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void a_precheck_that_failed_is_shown_item_by_item() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer())) {
            pair.destinationMasters.get(0).command("SET", "other", "value");
            pair.destinationMasters.get(0).command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
            try (CaravanProcess caravan = management
                    .managed(CaravanProcess.between(pair))
                    .with("precheck", "true")
                    .with("camel.routecontroller.enabled", "true")
                    .start()) {
                openTask();
                browser.await("main h1 + .badge", "Precheck failed");
                browser.await(".precheck .verdict", "1 failed · 1 warning");

                assertThat(browser.text(".precheck .items > li"))
                        .contains("destination empty", "holds 1 key already", "What to do: ");
                assertThat(browser.text(".view section h2"))
                        .as("it stands first")
                        .isEqualTo("Precheck");
                assertThat(browser.shows("details li")).isFalse();
                PageAudit.assertReadable(browser);
                PageAudit.assertFits(browser);
                PageAudit.assertReachableByKeyboard(browser);
                pictures("precheck");
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

    @Test
    void a_comparison_shows_what_differs() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan =
                        management.managed(CaravanProcess.between(pair)).start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            try (DeploymentClient destination = pair.destination.connect()) {
                destination.call("SET", HOSTILE, "too much");
            }
            openTask();

            browser.find("[data-action=verify]").sendKeys(Keys.ENTER);
            browser.await("dialog", "compared key by key");
            assertThat(browser.focused().getDomAttribute("id")).isEqualTo("mode");
            PageAudit.assertReadable(browser);
            browser.find("dialog[open] .primary").sendKeys(Keys.ENTER);

            browser.await("section[aria-labelledby=h-verification] .badge", "different");
            assertThat(browser.text(".differences tbody")).contains(HOSTILE, "EXTRA");
            PageAudit.assertFits(browser);
            assertThat(browser.all("main img")).isEmpty();
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void a_token_opens_the_page_where_one_is_wanted() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan = management
                        .managed(CaravanProcess.between(pair))
                        .with("caravan.management.token", "s3cret-of-the-page")
                        .start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            browser.open(page());
            browser.await("main h1", "Log in");
            PageAudit.assertReadable(browser);
            PageAudit.assertFits(browser);

            browser.find("#token").sendKeys("wrong", Keys.ENTER);
            browser.await("main [role=alert]", "This is not the token.");
            browser.find("#token").sendKeys("s3cret-of-the-page", Keys.ENTER);

            browser.await(".card .badge", "Synchronizing");
            assertThat(browser.script("return document.cookie"))
                    .as("no script can read it")
                    .isEqualTo("");
        }
    }

    private String page() {
        return "http://127.0.0.1:" + management.port() + "/caravan/";
    }

    /** By the list, as a person would get there. */
    private void openTask() {
        Await.until("the page is served", Browser.PATIENCE, () -> {
            browser.open(page());
            return browser.shows("#main");
        });
        browser.find(".card h2 a").click();
        browser.await("main h1", "sync");
        browser.complaints(); // of attempts that came too early
    }

    private static double percent() {
        Object now =
                browser.script("return document.querySelector('.card .bar')?.getAttribute('aria-valuetext') ?? ''");
        return Double.parseDouble("0" + String.valueOf(now).replaceAll("[^0-9.]", ""));
    }

    /** How many moments the chart shows. */
    private static long samples() {
        return (Long) browser.script("return [...document.querySelectorAll('.chart.lag .line')]"
                + ".map(each => (each.getAttribute('d') ?? '').split(/[ML]/).length - 1)[0] ?? 0");
    }

    private static void assertMoves(String css) {
        String before = browser.text(css);
        Await.until(
                "'" + css + "' says something else than " + before,
                Browser.PATIENCE,
                () -> browser.text(css),
                text -> !text.equals(before));
    }

    private static void pictures(String name) throws IOException {
        browser.script("document.activeElement.blur()");
        for (int width : List.of(Browser.DESKTOP, Browser.PHONE)) {
            browser.size(width);
            for (String scheme : List.of("light", "dark")) {
                browser.scheme(scheme);
                String file = name + (width == Browser.PHONE ? "-phone" : "") + (scheme.equals("dark") ? "-dark" : "")
                        + ".png";
                browser.picture(Path.of("target/status-page", file), PICTURE_HEIGHT);
                if (Boolean.getBoolean("caravan.write.docs")) {
                    browser.picture(Path.of("docs/images", file), PICTURE_HEIGHT);
                }
            }
        }
        browser.size(Browser.DESKTOP);
        browser.scheme("light");
    }
}
