package io.caravan.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.verify.VerifySettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class VerifyCommandTest {

    @ParameterizedTest
    @CsvSource({
        "--mode=KEYS, name each by --key=…",
        "--sample=0, --sample=0 is no number of keys",
        "--rate=-1, --rate=-1 is no number of keys a second"
    })
    void an_argument_that_makes_no_sense_is_refused_as_such(String argument, String why) {
        assertThatThrownBy(() -> settings(argument))
                .isInstanceOfSatisfying(
                        CommandFailure.class,
                        failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE))
                .hasMessageContaining(why);
    }

    @Test
    void keys_that_are_named_are_compared_and_no_others() throws Exception {
        VerifySettings settings = settings("--key=one", "--key=two");

        assertThat(settings.mode()).isEqualTo(VerifySettings.Mode.KEYS);
        assertThat(settings.keys()).containsExactly(new byte[] {'o', 'n', 'e'}, new byte[] {'t', 'w', 'o'});
    }

    private static VerifySettings settings(String... arguments) throws CommandFailure {
        var command = new VerifyCommand();
        new CommandLine(command).parseArgs(arguments);
        return command.settings();
    }
}
