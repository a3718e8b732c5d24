package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ScoreTest {

    @Test
    void scores_are_printed_as_the_server_reads_them() {
        assertThat(Score.print(1)).isEqualTo("1");
        assertThat(Score.print(-3.75)).isEqualTo("-3.75");
        assertThat(Score.print(0.1)).isEqualTo("0.1");
        assertThat(Score.print(-0.0)).isEqualTo("-0");
        assertThat(Score.print(3479099956230698.0)).isEqualTo("3479099956230698");
        assertThat(Score.print(1e300)).isEqualTo("1.0E300");
        assertThat(Score.print(Double.POSITIVE_INFINITY)).isEqualTo("inf");
        assertThat(Score.print(Double.NEGATIVE_INFINITY)).isEqualTo("-inf");
        assertThat(Score.print(Double.MIN_VALUE)).isEqualTo("4.9E-324");
    }

    @Test
    void what_servers_write_is_read() {
        assertThat(Score.parse("3.3000000000000003")).isEqualTo(3.3000000000000003);
        assertThat(Score.parse("1e+21")).isEqualTo(1e21);
        assertThat(Score.parse("1.5e-07")).isEqualTo(1.5e-7);
        assertThat(Score.parse("-0")).isEqualTo(-0.0);
        assertThat(Score.parse("inf")).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(Score.parse("-inf")).isEqualTo(Double.NEGATIVE_INFINITY);
    }

    @Test
    void what_is_no_number_is_none() {
        for (String text :
                new String[] {"", "nan", "NaN", "abc", "1d", "0x1p3", " 1", "1 ", "--1", "1e", "1e1234567890", "."}) {
            assertThat(Score.parse(text)).as(text).isNaN();
        }
    }

    @RepeatedTest(20)
    void every_double_comes_back_identical(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        for (int i = 0; i < 5000; i++) {
            double score = Double.longBitsToDouble(random.nextLong());
            if (!Double.isNaN(score)) {
                long bits = Double.doubleToRawLongBits(Score.parse(Score.print(score)));
                assertThat(bits).as("%s", score).isEqualTo(Double.doubleToRawLongBits(score));
            }
        }
    }
}
