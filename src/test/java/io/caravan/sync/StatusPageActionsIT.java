package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.servers.Await;
import io.caravan.servers.DeploymentClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/**
 * What a person does at the page, in a real browser: buttons, dialogs, charts, the login; and what follows when the connection
 * breaks.
 */
class StatusPageActionsIT {

    @RegisterExtension
    static final StatusPageWindow WINDOW = new StatusPageWindow();

    private final StatusPage page = WINDOW.page();
    private final Browser browser = WINDOW.browser();

    @Test
    void a_moment_of_a_chart_is_read_by_the_arrow_keys() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan =
                        page.managed(CaravanProcess.between(pair)).start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            page.openTask();
            Await.until("a line", Browser.PATIENCE, () -> page.samples() >= 4);

            browser.script("document.querySelector('.chart.lag .plot').focus()");
            browser.press(Keys.ARROW_LEFT);

            assertThat(browser.text(".chart.lag .reading"))
                    .matches("\\d+\\.\\d s · \\d+ bytes at \\d\\d:\\d\\d:\\d\\d");
            assertThat(browser.script("return document.querySelector('.chart.lag .mark').getAttribute('visibility')"))
                    .isEqualTo("visible");
        }
    }

    @Test
    void pause_and_resume_by_keyboard() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan =
                        page.managed(CaravanProcess.between(pair)).start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            page.openTask();
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
                        page.managed(CaravanProcess.between(pair)).start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            page.openTask();

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
                        page.managed(CaravanProcess.between(pair)).start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            page.openTask();
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
    void a_connection_that_was_silent_for_too_long_is_replaced() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan =
                        page.managed(CaravanProcess.between(pair)).start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            page.openTask();
            browser.await("#pulse", "live");
            browser.script("window.closed = 0; const close = EventSource.prototype.close;"
                    + " EventSource.prototype.close = function() { window.closed++; close.call(this); };");

            caravan.signal("STOP");
            // For so long, as the page sees it.
            browser.script("const now = Date.now; Date.now = () => now() + 20_000;");
            Await.until(
                    "it has given the connection up",
                    Browser.PATIENCE,
                    () -> !Long.valueOf(0).equals(browser.script("return window.closed")));
            browser.await("#banner", "No connection since ");
            caravan.signal("CONT");

            Await.until("it is live again", Browser.PATIENCE, () -> !browser.shows("#banner"));
            browser.await("#pulse", "live");
        }
    }

    @Test
    void a_comparison_shows_what_differs() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan =
                        page.managed(CaravanProcess.between(pair)).start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            try (DeploymentClient destination = pair.destination.connect()) {
                destination.call("SET", StatusPage.HOSTILE, "too much");
            }
            page.openTask();

            browser.find("[data-action=verify]").sendKeys(Keys.ENTER);
            browser.await("dialog", "compared key by key");
            assertThat(browser.focused().getDomAttribute("id")).isEqualTo("mode");
            PageAudit.assertReadable(browser);
            browser.find("dialog[open] .primary").sendKeys(Keys.ENTER);

            browser.await("section[aria-labelledby=h-verification] .badge", "different");
            assertThat(browser.text(".differences tbody")).contains(StatusPage.HOSTILE, "EXTRA");
            PageAudit.assertFits(browser);
            assertThat(browser.all("main img")).isEmpty();
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void a_token_opens_the_page_where_one_is_wanted() throws Exception {
        try (Pair pair = Pair.standards(Pair.older(), Pair.newer());
                CaravanProcess caravan = page.managed(CaravanProcess.between(pair))
                        .with("caravan.management.token", "s3cret-of-the-page")
                        .start()) {
            caravan.awaitAcknowledged(pair.sourceMasters);
            page.open();
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
}
