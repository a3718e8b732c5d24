package io.caravan.servers;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Turns {@link EachServer} into one invocation per program. */
final class EachServerExtension implements TestTemplateInvocationContextProvider {
    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return AnnotationSupport.isAnnotated(context.getRequiredTestMethod(), EachServer.class);
    }

    @Override
    public boolean mayReturnZeroTestTemplateInvocationContexts(ExtensionContext context) {
        return !ServerProgram.all().isEmpty();
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        EachServer bounds = AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), EachServer.class)
                .orElseThrow();
        return ServerProgram.all().stream()
                .filter(program -> within(bounds, program.version()))
                .map(Invocation::new);
    }

    private static boolean within(EachServer bounds, ServerVersion version) {
        return (bounds.min().isEmpty() || version.atLeast(bounds.min()))
                && (bounds.max().isEmpty() || isUpTo(bounds.max(), version));
    }

    /** A bound of two numbers compares two numbers, so that 6.2 holds all of 6.2. */
    static boolean isUpTo(String max, ServerVersion version) {
        long numbers = max.chars().filter(c -> c == '.').count() + 1;
        ServerVersion cut = new ServerVersion(
                version.major(), numbers > 1 ? version.minor() : 0, numbers > 2 ? version.patch() : 0);
        return cut.compareTo(ServerVersion.parse(max)) <= 0;
    }

    private record Invocation(ServerProgram program) implements TestTemplateInvocationContext, ParameterResolver {
        @Override
        public String getDisplayName(int invocationIndex) {
            return program.toString();
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(this);
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == ServerProgram.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return program;
        }
    }
}
