package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.Dataset;
import io.caravan.servers.RedisServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** What a person sets at the page, in a real browser: how much a task may ask of both sides, and the end of a migration. */
class StatusPageControlsIT {

    @RegisterExtension
    static final StatusPageWindow WINDOW = new StatusPageWindow();

    private final StatusPage page = WINDOW.page();
    private final Browser browser = WINDOW.browser();

    @Test
    void limits_are_shown_and_changed_by_keyboard() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan = page.managed(CaravanProcess.between(pair))
                        .with("commandsPerSecond", "5000")
                        .start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            page.openTask();
            browser.await(".limits .tile:nth-child(3)", "5,000/s");
            assertThat(browser.text(".limits .tile:nth-child(1)")).contains("no limit");

            browser.find("[data-action=limits]").sendKeys(Keys.ENTER);
            browser.await("dialog", "Limits of sync");
            assertThat(browser.focused().getDomAttribute("id")).isEqualTo("bytes");
            assertThat(browser.find("#commands").getDomProperty("value")).isEqualTo("5000");
            PageAudit.assertReadable(browser);
            PageAudit.assertFits(browser);
            page.pictures("limits");
            type("#bytes", "20");
            type("#keys", "1.5");
            browser.press(Keys.ENTER);

            browser.await("dialog [role=alert]", "Keys of snapshots: a whole number from 0 to 999,999,999 is wanted");
            assertThat(browser.focused().getDomAttribute("id")).isEqualTo("keys");
            assertThat(page.limit("sourceBytesPerSecond"))
                    .as("nothing is changed")
                    .isZero();
            type("#keys", "300");
            browser.press(Keys.ENTER);

            browser.await(".limits .tile:nth-child(1)", "20.0");
            browser.await(".limits .tile:nth-child(2)", "300/s");
            assertThat(page.limit("sourceBytesPerSecond")).isEqualTo(20L << 20);
            assertThat(page.limit("snapshotKeysPerSecond")).isEqualTo(300);
            assertThat(page.limit("commandsPerSecond")).isEqualTo(5000);
            assertThat(browser.shows("dialog")).isFalse();
            assertThat(browser.focused().getDomAttribute("data-action")).isEqualTo("limits");
            browser.await(".events", "limits: sourceBytesPerSecond=20971520, snapshotKeysPerSecond=300");
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void a_migration_is_ended_while_the_source_holds_writes_back() throws Exception {
        try (Pair pair = Pair.clusters()) {
            Dataset.everyType(61, 2000).fitting("7.0").writeTo(pair.source);
            try (CaravanProcess caravan =
                    page.managed(CaravanProcess.between(pair)).start()) {
                caravan.awaitAcknowledged(pair.sourceMasters);
                page.openTask();
                browser.await("main h1 + .badge", "Synchronizing");

                browser.find("[data-action=cutover]").sendKeys(Keys.ENTER);
                browser.await("dialog", "Nobody may write to the source any more");
                assertThat(browser.text("dialog")).contains("point clients at 127.0.0.1:");
                assertThat(browser.find("#seconds").isEnabled()).isFalse();
                PageAudit.assertReadable(browser);
                PageAudit.assertFits(browser);
                page.pictures("cutover-asked");
                browser.find("#hold").sendKeys(Keys.SPACE);
                type("#seconds", "601");
                browser.press(Keys.ENTER);
                browser.await("dialog [role=alert]", "Seconds at a time: a whole number from 1 to 600 is wanted.");
                type("#seconds", "20");
                browser.press(Keys.ENTER);

                browser.await(".cutover .steps", "the source holds writes back for up to 20 s at a time");
                browser.await(".cutover .badge", "done");
                assertThat(browser.text(".cutover .steps"))
                        .contains(
                                "waiting until nothing comes from the source for 3 s",
                                "the source is quiet, and everything of it is applied",
                                "both sides are being compared",
                                "equal: ");
                assertThat(browser.text(".cutover .problem"))
                        .contains("Point clients at "
                                + Pair.nodes(pair.destinationMasters).replace(",", ", "));
                browser.await("main h1 + .badge", "Stopped");
                PageAudit.assertReadable(browser);
                PageAudit.assertFits(browser);
                PageAudit.assertReachableByKeyboard(browser);
                page.pictures("cutover");
                page.openTask();
                browser.await(".cutover .problem", "Point clients at ");
                browser.find("[data-action=start]").sendKeys(Keys.ENTER);
                browser.await("dialog", "This task was cut over.");
                browser.press(Keys.ESCAPE);
                assertThat(browser.complaints()).isEmpty();
                pair.assertEqual();
            }
        }
    }

    @Test
    void what_speaks_against_a_cutover_stays_to_be_read_and_the_task_goes_on() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan =
                        page.managed(CaravanProcess.between(pair)).start()) {
            RedisServer source = pair.sourceMasters.get(0);
            source.command("SET", StatusPage.HOSTILE, "value");
            caravan.awaitAcknowledged(pair.sourceMasters);
            pair.destinationMasters.get(0).command("SET", StatusPage.HOSTILE, "of somebody else");
            page.openTask();

            browser.find("[data-action=cutover]").sendKeys(Keys.ENTER);
            browser.find("dialog[open] .primary").sendKeys(Keys.ENTER);
            browser.await(".cutover .badge", "going on");
            browser.await(".asked", "Cut over: being done");
            browser.await(".cutover .badge", "not done");

            assertThat(browser.text(".cutover .problem")).startsWith("both sides are not equal: ");
            assertThat(browser.text(".cutover .verdict")).contains("The task goes on.");
            browser.await("main h1 + .badge", "Synchronizing");
            PageAudit.assertReadable(browser);
            PageAudit.assertFits(browser);
            page.pictures("cutover-refused");
            Await.until(
                    "it may be tried again",
                    Browser.PATIENCE,
                    () -> browser.find("[data-action=cutover]").getDomAttribute("aria-disabled") == null);
            assertThat(browser.complaints()).isEmpty();
        }
    }

    private void type(String css, String value) {
        WebElement field = browser.find(css);
        field.clear();
        field.sendKeys(value);
    }
}
