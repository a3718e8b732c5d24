package io.caravan.command;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SlotTagsTest {

    @Test
    void a_key_with_the_tag_of_a_slot_lies_in_it() {
        for (int slot = 0; slot < HashSlot.COUNT; slot++) {
            var tag = new String(SlotTags.of(slot), US_ASCII);

            assertThat(tag).hasSizeBetween(1, 4);
            assertThat(HashSlot.of(("caravan:{" + tag + "}x").getBytes(US_ASCII)))
                    .isEqualTo(slot);
        }
    }
}
