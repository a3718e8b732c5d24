package io.caravan.rdb;

/**
 * The name of the module that wrote a value.
 *
 * <p>Rule: Redis {@code module.c}, {@code moduleTypeEncodeId}: nine characters of six bits each, most significant
 * first, then ten bits of encoding version.
 */
final class ModuleName {

    private static final String CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static final int LENGTH = 9;
    private static final int VERSION_BITS = 10;

    private ModuleName() {}

    /** The name in the id before a module's value. */
    static String of(long id) {
        var name = new StringBuilder();
        for (int i = LENGTH - 1; i >= 0; i--) {
            name.append(CHARACTERS.charAt((int) (id >>> (VERSION_BITS + 6 * i)) & 0x3f));
        }
        return name.toString();
    }
}
