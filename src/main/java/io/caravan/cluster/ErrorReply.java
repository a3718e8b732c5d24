package io.caravan.cluster;

import io.caravan.node.NodeAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An error that a destination node answered with, and what follows from it.
 *
 * @param text the message without the minus
 * @param applied whether the rest of the unit took effect (an error inside the answer of {@code EXEC})
 */
record ErrorReply(String text, boolean applied) {

    private static final String UNREADABLE =
            "if it is a module's value, the node lacks the module, or has one that is too old for it";

    /** What {@code EXEC} says if nothing was wrong with the commands before it, and the server cannot run it now. */
    private static final String DISCARDED = "EXECABORT Transaction discarded because of: ";

    /** What servers of all versions say where a key is missing, or has a value that the command cannot do anything with. */
    private static final List<String> DIFFERENCES = List.of(
            "no such key",
            "index out of range",
            "is not an integer",
            "is not a float",
            "is not a valid float",
            "would overflow",
            "NaN",
            "or Infinity",
            "string exceeds maximum allowed size",
            "specified in XADD",
            "specified in XSETID",
            "is smaller than",
            "to exist", // XGROUP
            "element not found",
            "HyperLogLog",
            "could not decode requested zset member"); // GEOSEARCHSTORE from a member that is not there

    private static final List<String> OF_THE_COMMAND =
            List.of("unknown command", "unknown subcommand", "wrong number of arguments", "wrong arity", "syntax");

    ErrorReply {
        if (text.startsWith(DISCARDED)) {
            text = text.substring(DISCARDED.length());
        }
    }

    /** What follows from an error. */
    enum Remedy {
        /** Another node owns the slot: send there. */
        MOVED,
        /** Another node may have the key while its slot moves: ask there, this once. */
        ASK,
        /** The slot's keys are on two nodes at the moment: wait. */
        TRY_AGAIN,
        /** The node cannot serve at the moment, for a reason that passes or that a person mends: wait. */
        WAIT,
        /** The node is no master any more: look at the topology, then send again. */
        RELOCATE,
        /** The command itself is at fault. */
        COMMAND
    }

    /** The first word, {@code WRONGTYPE}. */
    String code() {
        int space = text.indexOf(' ');
        return space < 0 ? text : text.substring(0, space);
    }

    /** What follows. */
    Remedy remedy() {
        if (applied) {
            return Remedy.COMMAND;
        }
        return switch (code()) {
            case "MOVED" -> Remedy.MOVED;
            case "ASK" -> Remedy.ASK;
            case "TRYAGAIN" -> Remedy.TRY_AGAIN;
            case "CLUSTERDOWN", "LOADING", "MASTERDOWN", "BUSY", "OOM", "MISCONF", "NOREPLICAS", "NOAUTH", "NOPERM" ->
                Remedy.WAIT;
            case "READONLY" -> Remedy.RELOCATE;
            default -> Remedy.COMMAND;
        };
    }

    /**
     * Whether the command failed for the value that a key has here: the source has run it, so the key has another value there.
     */
    boolean showsDifference() {
        return switch (code()) {
            case "WRONGTYPE", "BUSYKEY", "BUSYGROUP", "NOGROUP", "INVALIDOBJ" -> true;
            case "ERR" -> DIFFERENCES.stream().anyMatch(text::contains);
            default -> false;
        };
    }

    /**
     * Whether a module's command may have failed for the value of its key: what modules say where a key is missing, or is another than
     * they expect, nobody can list, but these speak of the command alone.
     */
    boolean mayShowDifferenceOfModule() {
        String lowerCase = text.toLowerCase(Locale.ROOT);
        return code().equals("ERR") && OF_THE_COMMAND.stream().noneMatch(lowerCase::contains);
    }

    /** Where {@code MOVED 3999 10.0.0.2:6379} and {@code ASK 3999 10.0.0.2:6379} point. */
    Optional<NodeAddress> target(NodeAddress answeredBy) {
        String[] word = text.split(" ");
        if (word.length < 3) {
            return Optional.empty();
        }
        int colon = word[2].lastIndexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        String host = word[2].substring(0, colon);
        try {
            return Optional.of(new NodeAddress(
                    host.isEmpty() || host.equals("?") ? answeredBy.host() : host,
                    Integer.parseInt(word[2].substring(colon + 1))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** What a person can do about it, where that is not plain from the error itself. */
    String advice() {
        return switch (code()) {
            case "OOM" -> "the node is out of memory: raise its maxmemory or free some";
            case "MISCONF" -> "the node cannot write its snapshot and refuses writes: look at its disk and log";
            case "NOREPLICAS" -> "the node has too few replicas (min-replicas-to-write)";
            case "CLUSTERDOWN" -> "the cluster does not serve this slot at the moment";
            case "LOADING" -> "the node is loading its data";
            case "BUSY" -> "a script has been running too long on the node";
            case "READONLY" -> "the node is a replica: give its master, or wait for the fail-over to end";
            case "NOAUTH" -> "set the destination's password, written <user>:<password>";
            case "NOPERM" -> "grant the destination's user this command on these keys";
            case "ERR" -> text.contains("Bad data format") ? UNREADABLE : "";
            default -> "";
        };
    }
}
