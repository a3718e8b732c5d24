package io.caravan.app;

import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.util.json.JsonObject;
import org.apache.camel.util.json.Jsoner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tells, and changes, how much a task of the running process may ask of both sides. */
@Command(
        name = "limit",
        description = {
            "Changes how much a task may ask of source and destination, at once; what is not given stays. Without options it tells the"
                    + " present limits.",
            "The next start of the task takes what is configured."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done, or told",
            "2:an argument makes no sense, or names no task",
            "6:no process answers",
            "7:refused: the task does not run, or the token is missing"
        })
final class LimitCommand extends ManagementCommand {

    @Option(
            names = "--source-bytes",
            paramLabel = "SIZE",
            description = "Most bytes a second that are read from the source, as 20MB; 0 for no limit.")
    private @Nullable String sourceBytes;

    @Option(
            names = "--snapshot-keys",
            paramLabel = "KEYS",
            description = "Most keys a second that are taken from snapshots; 0 for no limit.")
    private @Nullable Long snapshotKeys;

    @Option(
            names = "--commands",
            paramLabel = "COMMANDS",
            description = "Most commands a second that are sent towards the destination; 0 for no limit.")
    private @Nullable Long commands;

    @Override
    int talk(ManagementPort process, PrintStream out) throws CommandFailure {
        String id = String.valueOf(process.find(task()).getString("id"));
        List<String> wanted = new ArrayList<>();
        add(wanted, "sourceBytesPerSecond", sourceBytes);
        add(wanted, "snapshotKeysPerSecond", snapshotKeys);
        add(wanted, "commandsPerSecond", commands);
        if (!wanted.isEmpty()) {
            process.act(id, "limits?" + String.join("&", wanted));
        }
        if (process.task(id).get("limits") instanceof JsonObject limits) {
            out.println(json() ? Jsoner.prettyPrint(limits.toJson()) : StatusText.limits(limits));
        }
        return ExitCode.OK;
    }

    private static void add(List<String> wanted, String name, @Nullable Object value) {
        if (value != null) {
            wanted.add(name + "=" + URLEncoder.encode(value.toString(), StandardCharsets.UTF_8));
        }
    }
}
