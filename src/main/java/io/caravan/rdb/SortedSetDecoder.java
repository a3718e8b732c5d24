package io.caravan.rdb;

import io.caravan.resp.RespWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A sorted set becomes {@code ZADD} commands. The member comes before its score in the snapshot and behind it in the
 * command, so it is held until the score is known; a member that may not be held makes the value unsupported.
 */
final class SortedSetDecoder {

    private static final byte[] ZADD = "ZADD".getBytes(StandardCharsets.US_ASCII);

    /** What stands for a score that is no digits, in {@link RdbType#ZSET}. */
    private static final int NOT_A_NUMBER = 253;

    private static final int POSITIVE_INFINITY = 254;
    private static final int NEGATIVE_INFINITY = 255;

    private final RdbInput in;
    private final StringBytes bytes;
    private final CommandChunks chunks;
    private final CommandOutput out;
    private final Element element;
    private final RespWriter member = new RespWriter(64);

    SortedSetDecoder(RdbInput in, StringBytes bytes, CommandChunks chunks, CommandOutput out) {
        this.in = in;
        this.bytes = bytes;
        this.chunks = chunks;
        this.out = out;
        element = new Element(bytes);
    }

    void decode(int type) throws IOException, ValueTooLargeException {
        chunks.begin(ZADD);
        switch (type) {
            case RdbType.ZSET, RdbType.ZSET_2 -> decodeStrings(type == RdbType.ZSET);
            case RdbType.ZSET_ZIPLIST -> decodePairs(new Ziplist(bytes).begin());
            default -> decodePairs(new Listpack(bytes).begin());
        }
        chunks.flush();
    }

    private void decodeStrings(boolean scoresAreText) throws IOException, ValueTooLargeException {
        var members = new PlainStrings(bytes).begin(RdbLength.read(in));
        while (members.next(element)) {
            holdMember();
            add(scoresAreText ? readText() : Double.longBitsToDouble(in.readLongLittleEndian()));
        }
    }

    private void decodePairs(Elements membersAndScores) throws IOException, ValueTooLargeException {
        while (membersAndScores.next(element)) {
            holdMember();
            if (!membersAndScores.next(element)) {
                throw in.corrupt("a sorted set has a member without score");
            }
            add(element.isInteger() ? element.integer() : Score.parse(element.text(Score.LONGEST_TEXT)));
        }
    }

    private void holdMember() throws IOException, ValueTooLargeException {
        out.reuse(member);
        if (chunks.canHold(element.length())) {
            element.writeTo(member);
        } else {
            element.skip();
        }
    }

    private void add(double score) throws IOException {
        if (Double.isNaN(score)) {
            throw bytes.corrupt("a score that is not a number");
        }
        chunks.hold(Score.print(score).getBytes(StandardCharsets.US_ASCII));
        chunks.holdEncoded(member.bytes(), 0, member.length());
        chunks.endUnit();
    }

    /** Rule: {@code rdbLoadDoubleValue}. */
    private double readText() throws IOException, ValueTooLargeException {
        int length = in.readByte();
        return switch (length) {
            case NOT_A_NUMBER -> Double.NaN;
            case POSITIVE_INFINITY -> Double.POSITIVE_INFINITY;
            case NEGATIVE_INFINITY -> Double.NEGATIVE_INFINITY;
            default -> {
                in.require(length);
                var text = new String(in.window(), in.position(), length, StandardCharsets.ISO_8859_1);
                in.advance(length);
                yield Score.parse(text);
            }
        };
    }
}
