package io.caravan.command;

import io.caravan.resp.Arguments;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What becomes of commands where not all databases of a source are synchronized as they are: those of other databases are left
 * out, the keys of databases that go to database 0 get their prefix, and what names databases itself ({@code MOVE}, {@code
 * COPY}, {@code SWAPDB}, {@code FLUSHDB}, {@code FLUSHALL}) does to the synchronized ones what it has done to them at the source.
 *
 * <p>Used by the shards' threads at once; immutable.
 */
public final class DatabaseRules {

    private static final byte[] UNLINK = "UNLINK".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FLUSHDB = "FLUSHDB".getBytes(StandardCharsets.US_ASCII);

    /** What names databases, or whole ones. */
    private static final Set<String> ACROSS = Set.of("MOVE", "COPY", "SWAPDB", "FLUSHDB", "FLUSHALL");

    private final Databases databases;

    private record Flush(int database, byte[][] command) {}

    public DatabaseRules(Databases databases) {
        this.databases = databases;
    }

    /** Which databases these rules are for. */
    public Databases databases() {
        return databases;
    }

    /** Whether there may be something to do for the command in {@code row}. Nearly always there is not. */
    public boolean concern(CommandBatch batch, int row) {
        if (databases.isAll() || batch.dropped(row)) {
            return false;
        }
        CommandSpec spec = batch.spec(row);
        boolean mayNameDatabases = spec.group() == CommandGroup.GENERIC || spec.group() == CommandGroup.SERVER;
        return !databases.keeps(batch.database(row)) || mayNameDatabases && ACROSS.contains(spec.name());
    }

    /** Does with the command what is to be done; answers whether it was taken out. */
    public boolean leaveOut(CommandCursor command) {
        if (databases.isAll()) {
            return false;
        }
        return switch (command.spec().name()) {
            case "MOVE" -> move(command);
            case "COPY" -> copy(command);
            case "SWAPDB" -> swap(command);
            case "FLUSHALL" -> flushAll(command);
            default -> inItsDatabase(command);
        };
    }

    private boolean inItsDatabase(CommandCursor command) {
        int database = command.database();
        if (!command.concernsDatabase()) {
            return false;
        }
        if (!databases.selects(database)) {
            return drop(command);
        }
        if (command.spec().name().equals("FLUSHDB")) {
            flush(command);
        } else if (databases.moves(database)) {
            return putPrefix(command);
        }
        return false;
    }

    private static boolean drop(CommandCursor command) {
        command.drop();
        return true;
    }

    /** A script, or a pattern of {@code SORT}, may speak of keys that it makes up: what came of them is read again instead. */
    private boolean putPrefix(CommandCursor command) {
        int database = command.database();
        if (command.isReserved()) { // of the source, when that was a destination
            return drop(command);
        }
        String name = command.spec().name();
        if (command.key() == null) {
            command.refuse("it names no keys, which are to get the prefix of database " + database
                    + " (databases); leave the command out, or let the source replicate the effects of scripts");
        } else if (command.isLarge() && !command.spec().keys().single()) {
            command.refuse(
                    "it is too large for memory and may have several keys, which are to get the prefix of database "
                            + database + " (databases); raise memoryLimit");
        } else if (Set.of("EVAL", "EVALSHA", "SORT").contains(name)) {
            command.refresh(namesOf(command));
        } else {
            command.putBeforeKeys(databases.prefixOf(database));
        }
        command.putInto(0);
        return false;
    }

    private List<byte[]> namesOf(CommandCursor command) {
        Arguments arguments = command.arguments();
        List<byte[]> names = new ArrayList<>();
        command.spec().keys().visit(arguments, i -> names.add(databases.nameOf(arguments.copy(i), command.database())));
        return names;
    }

    /** {@code MOVE <key> <database>}: it is in the stream only if the key was moved. */
    private boolean move(CommandCursor command) {
        Arguments arguments = command.arguments();
        OptionalInt target = NamedDatabases.target(command.spec(), arguments);
        if (target.isEmpty()) {
            return inItsDatabase(command); // no MOVE that a server has run
        }
        int from = command.database();
        int to = target.getAsInt();
        if (databases.keeps(from) && databases.keeps(to)) {
            return false;
        }
        byte[] key = arguments.copy(1);
        byte[] oldName = databases.nameOf(key, from);
        if (databases.selects(to)) {
            if (databases.selects(from)) {
                command.insertAfter(databases.placeOf(from), UNLINK, oldName);
            }
            command.refresh(List.of(databases.nameOf(key, to)), databases.placeOf(to));
            return false;
        }
        if (!databases.selects(from)) {
            return drop(command);
        }
        command.replace(UNLINK, oldName);
        command.putInto(databases.placeOf(from));
        return false;
    }

    /** {@code COPY <source> <copy> [DB <database>] [REPLACE]}. */
    private boolean copy(CommandCursor command) {
        Arguments arguments = command.arguments();
        OptionalInt target = NamedDatabases.target(command.spec(), arguments);
        if (target.isEmpty()) {
            return inItsDatabase(command);
        }
        int to = target.getAsInt();
        if (databases.keeps(command.database()) && databases.keeps(to)) {
            return false;
        }
        if (!databases.selects(to)) {
            return drop(command);
        }
        command.refresh(List.of(databases.nameOf(arguments.copy(2), to)), databases.placeOf(to));
        return false;
    }

    /** {@code SWAPDB <a> <b>}: nothing short of reading both databases again does what it has done. */
    private boolean swap(CommandCursor command) {
        List<Integer> swapped = NamedDatabases.swapped(command.spec(), command.arguments());
        if (swapped.isEmpty()) {
            return false; // no SWAPDB that a server has run
        }
        int a = swapped.get(0);
        int b = swapped.get(1);
        if (databases.keeps(a) && databases.keeps(b)) {
            return false;
        }
        if (a == b || !databases.selects(a) && !databases.selects(b)) {
            return drop(command);
        }
        command.refuse("it swaps databases " + a + " and " + b + ", of which not both are synchronized as they are"
                + " (databases); start the task without its checkpoint, so that it begins with a new snapshot");
        return false;
    }

    /** {@code FLUSHDB} of a database that shares its place with others removes its own keys. */
    private void flush(CommandCursor command) {
        int database = command.database();
        if (databases.moves(database)) {
            byte[] prefix = databases.prefixOf(database);
            if (prefix.length > 0) {
                command.replace(new PartialFlush(true, List.of(prefix)).arguments());
            }
        } else if (database == 0 && databases.hasPrefixes()) {
            command.replace(new PartialFlush(false, databases.prefixes()).arguments());
        }
        command.putInto(databases.placeOf(database));
    }

    /** {@code FLUSHALL} is a flush of every synchronized database: the others of the destination are not ours. */
    private boolean flushAll(CommandCursor command) {
        List<Flush> flushes = flushes(command.arguments());
        for (Flush flush : flushes.subList(1, flushes.size())) {
            command.insertAfter(flush.database(), flush.command());
        }
        command.replace(flushes.get(0).command());
        command.putInto(flushes.get(0).database());
        return false;
    }

    /** One for each database of the destination that holds a synchronized one. */
    private List<Flush> flushes(Arguments flushAll) {
        byte[][] whole = new byte[flushAll.count()][];
        whole[0] = FLUSHDB;
        for (int i = 1; i < whole.length; i++) {
            whole[i] = flushAll.copy(i);
        }
        List<Flush> flushes = new ArrayList<>();
        List<byte[]> prefixes = databases.prefixes();
        if (databases.keeps(0) || prefixes.stream().anyMatch(prefix -> prefix.length == 0)) {
            flushes.add(new Flush(0, whole));
        } else if (!prefixes.isEmpty()) {
            flushes.add(new Flush(0, new PartialFlush(true, prefixes).arguments()));
        }
        for (int database : databases.kept()) {
            if (database != 0) {
                flushes.add(new Flush(database, whole));
            }
        }
        return flushes;
    }
}
