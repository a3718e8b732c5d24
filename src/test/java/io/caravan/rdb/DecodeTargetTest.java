package io.caravan.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.rdb.DecodeTarget.Ability;
import io.caravan.rdb.RdbDialect.Fork;
import org.junit.jupiter.api.Test;

class DecodeTargetTest {

    @Test
    void each_ability_came_with_a_release() {
        assertThat(DecodeTarget.of(Fork.REDIS, 4, 0, 14).abilities()).isEmpty();
        assertThat(DecodeTarget.of(Fork.REDIS, 5, 0, 0).abilities()).containsExactly(Ability.STREAMS);
        assertThat(DecodeTarget.of(Fork.REDIS, 6, 0, 20).abilities()).containsExactly(Ability.STREAMS);
        assertThat(DecodeTarget.of(Fork.REDIS, 6, 2, 0).abilities())
                .containsExactlyInAnyOrder(Ability.STREAMS, Ability.CREATE_CONSUMER);
        assertThat(DecodeTarget.of(Fork.REDIS, 7, 0, 0).can(Ability.STREAM_COUNTERS))
                .isTrue();
        assertThat(DecodeTarget.of(Fork.REDIS, 7, 2, 9).can(Ability.FIELD_EXPIRY))
                .isFalse();
        assertThat(DecodeTarget.of(Fork.REDIS, 7, 4, 0).can(Ability.FIELD_EXPIRY))
                .isTrue();
        assertThat(DecodeTarget.of(Fork.REDIS, 8, 6, 1).can(Ability.IDEMPOTENT_PRODUCERS))
                .isFalse();
        assertThat(DecodeTarget.of(Fork.REDIS, 8, 6, 2).abilities()).containsExactlyInAnyOrder(Ability.values());
    }

    @Test
    void the_forks_have_what_they_took_along_or_built() {
        assertThat(DecodeTarget.of(Fork.VALKEY, 8, 1, 1).can(Ability.FIELD_EXPIRY))
                .isFalse();
        assertThat(DecodeTarget.of(Fork.VALKEY, 9, 0, 0).can(Ability.FIELD_EXPIRY))
                .isTrue();
        assertThat(DecodeTarget.of(Fork.VALKEY, 9, 1, 2).can(Ability.IDEMPOTENT_PRODUCERS))
                .isFalse();
        assertThat(DecodeTarget.of(Fork.REDICT, 7, 3, 6).can(Ability.STREAM_COUNTERS))
                .isTrue();
        assertThat(DecodeTarget.of(Fork.REDICT, 7, 4, 0).can(Ability.FIELD_EXPIRY))
                .isFalse();
        assertThat(DecodeTarget.of(Fork.KEYDB, 6, 3, 4).can(Ability.CREATE_CONSUMER))
                .isTrue();
        assertThat(DecodeTarget.of(Fork.KEYDB, 6, 3, 4).can(Ability.STREAM_COUNTERS))
                .isFalse();
    }

    @Test
    void a_target_is_named_as_messages_call_it() {
        assertThat(DecodeTarget.of(Fork.REDIS, 7, 0, 15).name()).isEqualTo("Redis 7.0");
        assertThat(DecodeTarget.of(Fork.VALKEY, 9, 1, 2).name()).isEqualTo("Valkey 9.1");
    }

    @Test
    void limits_that_nothing_fits_are_refused() {
        assertThatThrownBy(() -> new DecodeLimits(0, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new DecodeLimits(1, 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new DecodeLimits(1, 2, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("limits of 1 elements, 2 bytes, 1 bytes an entry; each must be at least 1, and the last not"
                        + " below the second");
        assertThat(new DecodeLimits(1, 1, 1).bytes()).isEqualTo(1);
    }
}
