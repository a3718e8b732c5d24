package io.caravan.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.node.ServerVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormTest {

    @ParameterizedTest
    @CsvSource({
        "SET_MOMENTS, redis, 6.0.20, false",
        "SET_MOMENTS, redis, 6.2.0, true",
        "SET_MOMENTS, valkey, 7.2.7, true",
        "FIELD_EXPIRY, redis, 7.2.6, false",
        "FIELD_EXPIRY, redis, 7.4.0, true",
        "FIELD_EXPIRY, redict, 7.3.6, false",
        "FIELD_EXPIRY, valkey, 8.1.1, false",
        "FIELD_EXPIRY, valkey, 9.0.0, true",
        "HGETDEL, valkey, 9.0.9, false",
        "HGETDEL, valkey, 9.1.2, true",
        "IDEMPOTENT_PRODUCERS, redis, 8.6.1, false",
        "IDEMPOTENT_PRODUCERS, redis, 8.6.2, true",
        "IDEMPOTENT_PRODUCERS, valkey, 99.0.0, false",
        "DELIFEQ, redis, 99.0.0, false",
        "LMOVEM, redis, 8.8.0, false",
        "LMOVEM, redis, 8.10.0, true",
    })
    void each_product_counts_its_versions_by_itself(String form, String product, String version, boolean known) {
        assertThat(Form.valueOf(form).isKnownTo(ServerVersion.parse(product, version)))
                .isEqualTo(known);
    }
}
