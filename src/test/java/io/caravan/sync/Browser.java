package io.caravan.sync;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.caravan.servers.Await;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A headless Chromium as Debian packages it, with a profile of its own that goes with it. Nothing is downloaded: where there is
 * none, the test is skipped. One thread.
 */
final class Browser implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final int DESKTOP = 1280;
    static final int PHONE = 390;

    private static final List<String> FLAGS = List.of(
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--lang=en-US");

    private final Path profile;
    private final ChromeDriver driver;

    private Browser(Path profile, ChromeDriver driver) {
        this.profile = profile;
        this.driver = driver;
    }

    /** Whether this machine has one. */
    static boolean isInstalled() {
        return program("chromium").isPresent() && program("chromedriver").isPresent();
    }

    /** Skips the test, and says why, if this machine has none. For each test: what is skipped as a class is not reported. */
    static void assumeInstalled() {
        assumeTrue(isInstalled(), "there is no browser: install Debian's packages chromium and chromium-driver");
    }

    static Browser start() throws IOException {
        Path profile = Files.createTempDirectory("caravan-browser-");
        var options = new ChromeOptions();
        options.setBinary(program("chromium").orElseThrow());
        options.addArguments(FLAGS);
        options.addArguments("--user-data-dir=" + profile);
        var logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(program("chromedriver").orElseThrow())
                .usingAnyFreePort()
                .build();
        var browser = new Browser(profile, new ChromeDriver(service, options));
        browser.size(DESKTOP);
        return browser;
    }

    private static Optional<File> program(String name) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> new File(folder, name))
                .filter(File::canExecute)
                .findFirst();
    }

    void open(String url) {
        driver.get("about:blank"); // an address that differs in its fragment only is not loaded anew
        driver.get(url);
    }

    void back() {
        driver.navigate().back();
    }

    String title() {
        return driver.getTitle();
    }

    /** The view's width; as high as the device is. */
    void size(int width) {
        boolean phone = width < 600;
        cdp(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", phone ? 844 : 1000, "deviceScaleFactor", 1, "mobile", phone));
    }

    /** What the operating system says that its user likes: {@code light} or {@code dark}. */
    void scheme(String scheme) {
        cdp(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** The element that is shown and, of several, the first. */
    WebElement find(String css) {
        return Await.until(
                "'" + css + "' is shown",
                PATIENCE,
                () -> driver.findElements(By.cssSelector(css)).stream()
                        .filter(WebElement::isDisplayed)
                        .findFirst()
                        .orElseThrow(() -> new IllegalStateException("not there; the page says: " + text("body"))),
                element -> true);
    }

    /** Whether such an element is shown at this moment. */
    boolean shows(String css) {
        return driver.findElements(By.cssSelector(css)).stream().anyMatch(WebElement::isDisplayed);
    }

    List<WebElement> all(String css) {
        return driver.findElements(By.cssSelector(css));
    }

    /** What a person reads there now; empty if there is nothing. */
    String text(String css) {
        return driver.findElements(By.cssSelector(css)).stream()
                .findFirst()
                .map(WebElement::getText)
                .orElse("");
    }

    /** Waits until a person reads this there; answers all of it. */
    String await(String css, String words) {
        return Await.until(
                "'" + css + "' says '" + words + "'", PATIENCE, () -> text(css), text -> text.contains(words));
    }

    /** What has the focus. */
    WebElement focused() {
        return driver.switchTo().activeElement();
    }

    /** Keys go to what has the focus, as those of a person. */
    void press(Keys key) {
        focused().sendKeys(key);
    }

    Object script(String javaScript, Object... arguments) {
        return driver.executeScript(javaScript, arguments);
    }

    /** What it complains of since it was asked last: errors of scripts, files that are not there, what its policy forbids. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    /** Writes a picture of the top of the page, so high at most. */
    void picture(Path file, int height) throws IOException {
        Map<?, ?> size = (Map<?, ?>) script("scrollTo(0, 0); const all = document.documentElement;"
                + " return {width: all.clientWidth, height: document.body.scrollHeight}");
        int width = ((Number) size.get("width")).intValue();
        int high = Math.min(height, ((Number) size.get("height")).intValue());
        Map<String, Object> picture = cdp(
                "Page.captureScreenshot",
                Map.of(
                        "format",
                        "png",
                        "captureBeyondViewport",
                        true,
                        "clip",
                        Map.of("x", 0, "y", 0, "width", width, "height", high, "scale", 1)));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, Base64.getDecoder().decode(String.valueOf(picture.get("data"))));
    }

    private Map<String, Object> cdp(String command, Map<String, Object> parameters) {
        return driver.executeCdpCommand(command, parameters);
    }

    @Override
    public void close() throws IOException {
        driver.quit();
        try (Stream<Path> files = Files.walk(profile)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
