package io.caravan.precheck;

import io.caravan.resp.Reply;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** How far the clocks of source and destination are apart: a key expires at both when their own clock says so. */
final class Clocks {

    private static final long MOST_MILLIS = 1000;

    private Clocks() {}

    static void look(Facts facts, Side destination, Findings findings) throws IOException {
        Optional<Clock> source = asked(facts.source().masters());
        if (source.isEmpty()) {
            findings.skip("the source does not tell the time; grant the user +time");
            return;
        }
        boolean told = false;
        long most = 0;
        for (Server server : destination.masters()) {
            Optional<Clock> clock = ask(server);
            told |= clock.isPresent();
            if (clock.isPresent()) {
                long ahead = clock.get().aheadOf(source.get());
                most = Math.max(most, Math.abs(ahead));
                judge(
                        server.name(),
                        ahead,
                        clock.get().uncertainty() + source.get().uncertainty(),
                        findings);
            }
        }
        if (told) {
            findings.summary("at most " + most + " ms apart");
        } else {
            findings.skip("the destination does not tell the time; grant the user +time");
        }
    }

    /**
     * Judges a difference.
     *
     * @param ahead how far the destination's clock is ahead of the source's, in milliseconds
     * @param uncertain what the questions themselves took
     */
    static void judge(String node, long ahead, long uncertain, Findings findings) {
        if (Math.abs(ahead) > MOST_MILLIS + uncertain) {
            findings.warn(
                    node,
                    "its clock is " + Math.abs(ahead) + " ms " + (ahead > 0 ? "ahead of" : "behind")
                            + " the source's: keys with a time to live expire that much too "
                            + (ahead > 0 ? "early" : "late") + " there",
                    "set both by NTP");
        }
    }

    /**
     * What a server says, compared with our clock.
     *
     * @param aheadOfOurs milliseconds
     * @param uncertainty how long the answer took, in milliseconds
     */
    private record Clock(long aheadOfOurs, long uncertainty) {
        long aheadOf(Clock other) {
            return aheadOfOurs - other.aheadOfOurs;
        }
    }

    private static Optional<Clock> asked(List<Server> servers) throws IOException {
        for (Server server : servers) {
            Optional<Clock> clock = ask(server);
            if (clock.isPresent()) {
                return clock;
            }
        }
        return Optional.empty();
    }

    private static Optional<Clock> ask(Server server) throws IOException {
        long asked = System.currentTimeMillis();
        Reply reply = server.ask("TIME");
        long answered = System.currentTimeMillis();
        if (!(reply instanceof Reply.Elements time)
                || time.replies().size() != 2
                || !time.replies().stream().allMatch(part -> part.text().matches("\\d{1,15}"))) {
            return Optional.empty();
        }
        long theirs = Long.parseLong(time.replies().get(0).text()) * 1000
                + Long.parseLong(time.replies().get(1).text()) / 1000;
        return Optional.of(new Clock(theirs - (asked + answered) / 2, Math.max(0, answered - asked)));
    }
}
