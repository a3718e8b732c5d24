package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A browser for the tests of a class, one after the other, each beginning with an empty page. Where no browser is installed each test is
 * skipped, and says so.
 */
final class StatusPageWindow implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

    private Browser browser;
    private StatusPage page;

    /** The browser; nothing to be used where none is installed. */
    Browser browser() {
        return browser;
    }

    /** The page in it. */
    StatusPage page() {
        return page;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        if (Browser.isInstalled()) {
            browser = Browser.start();
            page = new StatusPage(browser);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        Browser.assumeInstalled();
        page.beginAnew();
    }

    /** No text was taken for markup. */
    @Override
    public void afterEach(ExtensionContext context) {
        if (browser != null) {
            assertThat(browser.title()).isNotEqualTo("hacked");
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (browser != null) {
            browser.close();
        }
    }
}
