package io.caravan.sync;

import io.caravan.servers.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The page of a process of Caravan in a browser, as the tests use it. One thread. */
final class StatusPage {

    /** A key that would be seen to have been taken for markup: by an element, or by the title. */
    static final String HOSTILE = "<img src=x onerror=document.title='hacked'>";

    private static final int PICTURE_HEIGHT = Integer.getInteger("caravan.picture.height", 1150);

    private static final int WINDOW_HEIGHT = 844;

    private final Browser browser;
    private ManagementClient management = new ManagementClient();

    StatusPage(Browser browser) {
        this.browser = browser;
    }

    /** Another port, nothing open, nothing complained of. */
    void beginAnew() {
        management = new ManagementClient();
        browser.size(Browser.DESKTOP);
        browser.scheme("light");
        browser.open("about:blank");
        browser.complaints();
    }

    /** Lets a process serve the page. */
    CaravanProcess.Settings managed(CaravanProcess.Settings settings) {
        return management.managed(settings);
    }

    void open() {
        browser.open("http://127.0.0.1:" + management.port() + "/caravan/");
    }

    /** By the list, as a person would get there. */
    void openTask() {
        openList();
        browser.find(".card h2 a").click();
        browser.await("main h1", "sync");
    }

    void openList() {
        Await.until("the page is served", Browser.PATIENCE, () -> {
            open();
            return browser.shows("#main");
        });
        browser.find(".card");
        browser.complaints(); // of attempts that came too early
    }

    /** How much the one task may ask, by the API. */
    long limit(String name) {
        return management.task().get("limits").get(name).asLong();
    }

    double percent() {
        Object now =
                browser.script("return document.querySelector('.card .bar')?.getAttribute('aria-valuetext') ?? ''");
        return Double.parseDouble("0" + String.valueOf(now).replaceAll("[^0-9.]", ""));
    }

    /** How many moments the chart shows. */
    long samples() {
        return (Long) browser.script("return [...document.querySelectorAll('.chart.lag .line')]"
                + ".map(each => (each.getAttribute('d') ?? '').split(/[ML]/).length - 1)[0] ?? 0");
    }

    void assertMoves(String css) {
        String before = browser.text(css);
        Await.until(
                "'" + css + "' says something else than " + before,
                Browser.PATIENCE,
                () -> browser.text(css),
                text -> !text.equals(before));
    }

    /** With a dialog, what is in the window: what lies below is not covered. */
    void pictures(String name) throws IOException {
        int height = browser.shows("dialog[open]") ? WINDOW_HEIGHT : PICTURE_HEIGHT;
        browser.script("document.activeElement.blur()");
        for (int width : List.of(Browser.DESKTOP, Browser.PHONE)) {
            browser.size(width);
            for (String scheme : List.of("light", "dark")) {
                browser.scheme(scheme);
                String file = name + (width == Browser.PHONE ? "-phone" : "") + (scheme.equals("dark") ? "-dark" : "")
                        + ".png";
                browser.picture(Path.of("target/status-page", file), height);
                if (Boolean.getBoolean("caravan.write.docs")) {
                    browser.picture(Path.of("docs/images", file), height);
                }
            }
        }
        browser.size(Browser.DESKTOP);
        browser.scheme("light");
    }
}
