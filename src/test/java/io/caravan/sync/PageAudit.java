package io.caravan.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openqa.selenium.Keys;

/** What a page has to be able to do for everybody, looked at in the browser as it is shown at the moment. */
final class PageAudit {

    private static final int NARROWEST = 360;

    /** WCAG 2.2, 1.4.3: 4.5 to 1, for large text 3 to 1. Answers the texts that have less, with their colours. */
    private static final String PALE_TEXTS = """
            const rgba = color => { const n = color.match(/[\\d.]+/g).map(Number); return n.length === 3 ? [...n, 1] : n; };
            const over = (top, below) => top.slice(0, 3).map((c, i) => c * top[3] + below[i] * (1 - top[3])).concat(1);
            const ground = node => {
              const layers = [];
              for (let each = node; each; each = each.parentElement) {
                layers.push(rgba(getComputedStyle(each).backgroundColor));
              }
              return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
            };
            const luminance = color => color.slice(0, 3).map(c => c / 255)
              .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
              .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
            const pale = [];
            for (const node of document.querySelectorAll('body *')) {
              const words = [...node.childNodes].filter(each => each.nodeType === 3).map(each => each.data.trim()).join('');
              if (!words || !node.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) continue;
              const style = getComputedStyle(node);
              const below = ground(node);
              const color = over(rgba(node instanceof SVGElement ? style.fill : style.color), below);
              const [light, dark] = [luminance(color), luminance(below)].sort((a, b) => b - a);
              const ratio = (light + 0.05) / (dark + 0.05);
              const size = parseFloat(style.fontSize);
              const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
              if (ratio < (large ? 3 : 4.5)) pale.push(`${words}: ${ratio.toFixed(2)} (${color} on ${below})`);
            }
            return pale;
            """;

    /** Numbers whatever a person may do something with, in the order of the document; answers how many there are. */
    private static final String NUMBER_CONTROLS = """
            const all = [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
              .filter(each => each.checkVisibility({checkVisibilityCSS: true}) && !each.disabled);
            all.forEach((each, i) => each.dataset.control = i);
            document.activeElement.blur();
            window.getSelection().removeAllRanges();
            return all.length;
            """;

    private static final String FOCUSED_CONTROL = """
            const at = document.activeElement;
            const style = getComputedStyle(at);
            return {control: at.dataset.control ?? '', seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
              html: at.outerHTML.slice(0, 120)};
            """;

    private PageAudit() {}

    /** No text is paler than it may be, in both schemes; leaves the light one. */
    static void assertReadable(Browser browser) {
        for (String scheme : List.of("dark", "light")) {
            browser.scheme(scheme);
            assertThat((List<?>) browser.script(PALE_TEXTS)).as(scheme).isEmpty();
        }
    }

    /** Nothing sticks out of the narrowest screen; leaves the desktop's. */
    static void assertFits(Browser browser) {
        browser.size(NARROWEST);
        assertThat(browser.script("return document.documentElement.scrollWidth"))
                .isEqualTo((long) NARROWEST);
        assertThat(browser.script("return [...document.querySelectorAll('.figure, .number, .where, button, .badge')]"
                        + ".filter(each => each.checkVisibility() && each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0"
                        + " && getComputedStyle(each).display !== 'inline').map(each => each.textContent)"))
                .as("cut off")
                .isEqualTo(List.of());
        browser.size(Browser.DESKTOP);
    }

    /** The Tab key leads to every control, and each shows that it has the focus. */
    static void assertReachableByKeyboard(Browser browser) {
        long controls = (Long) browser.script(NUMBER_CONTROLS);
        assertThat(controls).isGreaterThan(1);
        Set<String> reached = new LinkedHashSet<>();
        for (int i = 0; i < controls + 2; i++) {
            browser.press(Keys.TAB);
            Map<?, ?> focused = (Map<?, ?>) browser.script(FOCUSED_CONTROL);
            String control = String.valueOf(focused.get("control"));
            if (!control.isEmpty()) {
                assertThat(focused.get("seen"))
                        .as("%s shows the focus", focused)
                        .isEqualTo(true);
                reached.add(control);
            }
        }
        assertThat(reached).hasSize((int) controls);
    }
}
