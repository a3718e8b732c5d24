package io.caravan.servers;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that runs once per server program at hand, each run named after its program ({@code redis 7.0.15}). A parameter
 * of type {@link ServerProgram} receives the program.
 *
 * <p>Where no program at hand lies between the bounds the test does not run; where there is no program at all it fails.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(EachServerExtension.class)
public @interface EachServer {
    /** The oldest version wanted, inclusive: {@code "4.0"}. Empty: no bound. */
    String min() default "";

    /** The newest version wanted, inclusive for all its releases: {@code "6.2"} lets 6.2.7 in. Empty: no bound. */
    String max() default "";
}
