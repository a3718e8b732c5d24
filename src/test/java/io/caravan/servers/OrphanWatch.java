package io.caravan.servers;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Ends our servers and removes their folders when this JVM ends, however it ends.
 *
 * <p>One {@code sh} per JVM reads notes from a pipe. The pipe's only writing end is in this JVM, so the shell meets the
 * end of file after a normal exit as well as after {@code kill -9}; then it kills every process still noted and removes
 * its folder. A shutdown hook would miss the second case. Any thread may call.
 */
final class OrphanWatch {
    /** A note is {@code <id> <pid> <folder>}, the last one of an id counts; pid 0: not running; no folder: forget it. */
    private static final String SCRIPT = """
        trap '' INT TERM HUP
        ids=' '
        while read -r id pid folder; do
          case "$ids" in *" $id "*) ;; *) ids="$ids$id " ;; esac
          eval "pid_$id=\\$pid folder_$id=\\$folder"
        done
        for id in $ids; do
          eval "pid=\\$pid_$id folder=\\$folder_$id"
          if [ "$pid" != 0 ]; then kill -9 "$pid"; fi
          if [ -n "$folder" ]; then rm -rf -- "$folder"; fi
        done
        """;

    private static final OutputStream NOTES = start();

    private OrphanWatch() {}

    private static OutputStream start() {
        try {
            return new ProcessBuilder("sh", "-c", SCRIPT)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .getOutputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void running(int id, long pid, Path folder) {
        note(id + " " + pid + " " + folder);
    }

    static void stopped(int id, Path folder) {
        note(id + " 0 " + folder);
    }

    static void forget(int id) {
        note(id + " 0 ");
    }

    private static synchronized void note(String line) {
        try {
            NOTES.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            NOTES.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the shell that watches over our servers is gone", e);
        }
    }
}
