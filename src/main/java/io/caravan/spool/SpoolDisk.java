package io.caravan.spool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** How a spool writes to a disk; a test takes one that is full. */
interface SpoolDisk {

    /** Begins a file, which only the owner of this process may read; one that is there already is overwritten. */
    WritableByteChannel create(Path file) throws IOException;

    /** Bytes that may still be written to the disk that holds {@code folder}. */
    long usableBytes(Path folder) throws IOException;

    /** The disks of this machine. */
    SpoolDisk REAL = new SpoolDisk() {
        @Override
        public WritableByteChannel create(Path file) throws IOException {
            Set<StandardOpenOption> options = EnumSet.of(
                    StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
            return FileChannel.open(file, options, onlyOwner(file, "rw-------"));
        }

        @Override
        public long usableBytes(Path folder) throws IOException {
            return Files.getFileStore(folder).getUsableSpace();
        }
    };

    /** Makes a folder and those above it, which only the owner of this process may open. */
    static void createFolder(Path folder) throws IOException {
        Files.createDirectories(folder, onlyOwner(folder, "rwx------"));
    }

    /** Permissions, where the file system has such. */
    static FileAttribute<?>[] onlyOwner(Path path, String permissions) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
