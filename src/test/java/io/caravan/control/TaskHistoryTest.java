package io.caravan.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.control.HistoryEvent.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What has happened to a task, and its id, outlive a process. */
class TaskHistoryTest {

    @TempDir
    private Path folder;

    @Test
    void the_next_process_finds_id_and_events_again() {
        TaskHistory first = folder().historyOf("sync", "sync");
        first.add(Kind.STATE, "Synchronizing");
        first.add(Kind.PROBLEM, "a \"quoted\" text\nof two lines, ü");

        TaskHistory second = folder().historyOf("sync", "sync");

        assertThat(second.task()).isEqualTo(first.task());
        assertThat(second.latest(10))
                .extracting(HistoryEvent::text)
                .containsExactly("Synchronizing", "a \"quoted\" text\nof two lines, ü");
        assertThat(second.latest(1)).extracting(HistoryEvent::kind).containsExactly(Kind.PROBLEM);
    }

    @Test
    void a_line_that_was_being_written_when_the_process_was_killed_is_passed_over() throws Exception {
        TaskHistory first = folder().historyOf("sync", "sync");
        first.add(Kind.STATE, "whole");
        Path file = folder.resolve(first.task().id() + ".jsonl");
        String written = Files.readString(file);
        for (int torn = 1; torn < 40; torn++) {
            Files.writeString(file, written);
            Files.writeString(
                    file,
                    "{\"time\":\"2026-01-31T08:00:00.000Z\",\"kind\":\"state\",\"text\":\"torn\"}".substring(0, torn),
                    StandardOpenOption.APPEND);

            TaskHistory next = folder().historyOf("sync", "sync");
            next.add(Kind.STATE, "behind");

            assertThat(folder().historyOf("sync", "sync").latest(10))
                    .as("after %s bytes of a line", torn)
                    .extracting(HistoryEvent::text)
                    .containsExactly("whole", "behind");
        }
    }

    @Test
    void file_and_memory_keep_the_latest_events() throws Exception {
        TaskHistory history = folder().historyOf("sync", "sync");
        for (int i = 0; i < 3 * TaskHistory.KEPT; i++) {
            history.add(Kind.STATE, "event " + i);
        }

        Path file = folder.resolve(history.task().id() + ".jsonl");
        assertThat(Files.readAllLines(file)).hasSizeLessThanOrEqualTo(2 * TaskHistory.KEPT + 1);
        List<HistoryEvent> kept = folder().historyOf("sync", "sync").latest(2 * TaskHistory.KEPT);
        assertThat(kept).hasSize(TaskHistory.KEPT);
        assertThat(kept.get(TaskHistory.KEPT - 1).text()).isEqualTo("event " + (3 * TaskHistory.KEPT - 1));
        assertThat(history.latest(2 * TaskHistory.KEPT))
                .extracting(HistoryEvent::text)
                .isEqualTo(kept.stream().map(HistoryEvent::text).toList());
    }

    @Test
    void two_tasks_of_the_same_name_have_different_ids() {
        StateFolder here = folder();

        TaskIdentity one = here.historyOf("first", "sync").task();
        TaskIdentity other = here.historyOf("second", "sync").task();

        assertThat(one.id()).isNotEqualTo(other.id()).startsWith("sync-");
        assertThat(folder().historyOf("second", "sync").task()).isEqualTo(other);
    }

    @Test
    void a_name_leads_to_no_other_folder() {
        TaskIdentity task = folder().historyOf("../up", "../../up").task();

        assertThat(task.id()).matches("up-[0-9a-f]{8}");
        assertThat(folder.resolve(task.id() + ".jsonl")).exists();
    }

    @Test
    void without_a_folder_nothing_is_written() throws Exception {
        StateFolder.of("").historyOf("sync", "sync").add(Kind.STATE, "Stopped");

        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void a_folder_that_cannot_be_written_costs_the_file_and_not_the_task() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "no folder");

        TaskHistory history = StateFolder.of(file.resolve("below").toString()).historyOf("sync", "sync");
        history.add(Kind.STATE, "Stopped");

        assertThat(history.latest(1)).extracting(HistoryEvent::text).containsExactly("Stopped");
    }

    private StateFolder folder() {
        return StateFolder.of(folder.toString());
    }
}
