package io.caravan.verify;

import io.caravan.resp.Reply;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What is asked of a key, and where the answer is among the replies. */
enum Way {

    /** Value and life, maybe of two moments: whoever takes this for a difference reads once more. */
    VALUE {
        @Override
        int ask(Questions questions, byte[] key, byte[] life) {
            int first = questions.add(List.of(DUMP, key));
            questions.add(List.of(life, key));
            return first;
        }

        @Override
        List<Reply> parts(List<Reply> replies, int first) {
            return replies.subList(first, first + 2);
        }
    },

    /** Value, life, and the role of the node with its offset, all of one moment. */
    WITH_OFFSET {
        @Override
        int ask(Questions questions, byte[] key, byte[] life) {
            int first = questions.add("MULTI");
            questions.add(List.of(DUMP, key));
            questions.add(List.of(life, key));
            questions.add("ROLE");
            questions.add("EXEC");
            return first;
        }

        /** What {@code EXEC} says, if that is a list; else that alone. */
        @Override
        List<Reply> parts(List<Reply> replies, int first) {
            Reply executed = replies.get(first + 4);
            return executed instanceof Reply.Elements elements ? elements.replies() : List.of(executed);
        }
    },

    /** The same, of one moment if the key has not been touched since: {@code EXEC} tells later. */
    WATCHED {
        @Override
        int ask(Questions questions, byte[] key, byte[] life) {
            int first = questions.add(List.of(WATCH, key));
            questions.add(List.of(DUMP, key));
            questions.add(List.of(life, key));
            questions.add("ROLE");
            return first;
        }

        @Override
        List<Reply> parts(List<Reply> replies, int first) {
            return replies.subList(first + 1, first + 4);
        }
    },

    /** Whether it is there. */
    EXISTENCE {
        @Override
        int ask(Questions questions, byte[] key, byte[] life) {
            return questions.add(List.of(EXISTS, key));
        }

        @Override
        List<Reply> parts(List<Reply> replies, int first) {
            return replies.subList(first, first + 1);
        }
    },

    /** How much memory it takes. */
    SIZE {
        @Override
        int ask(Questions questions, byte[] key, byte[] life) {
            return questions.add(List.of(MEMORY, USAGE, key));
        }

        @Override
        List<Reply> parts(List<Reply> replies, int first) {
            return replies.subList(first, first + 1);
        }
    };

    private static final byte[] DUMP = "DUMP".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EXISTS = "EXISTS".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MEMORY = "MEMORY".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] USAGE = "USAGE".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] WATCH = "WATCH".getBytes(StandardCharsets.US_ASCII);

    /**
     * Adds the questions.
     *
     * @param life the command that tells when the key expires
     * @return which of the replies is the first of this key
     */
    abstract int ask(Questions questions, byte[] key, byte[] life);

    /** What was asked for: of a value that and its life, and maybe the role. */
    abstract List<Reply> parts(List<Reply> replies, int first);

    /** Where a node says that it does not answer now, or not here: of a transaction what was said to its first question. */
    Reply excuse(List<Reply> replies, int first) {
        return replies.get(this == WITH_OFFSET || this == WATCHED ? first + 1 : first);
    }
}
