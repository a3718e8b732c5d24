package io.caravan.control;

import io.caravan.control.AccessRules.CamelsOwn;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.AuthenticationProvider;
import io.vertx.ext.web.handler.AuthenticationHandler;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.Service;
import org.apache.camel.StaticService;
import org.apache.camel.component.platform.http.main.DefaultMainHttpServerFactory;
import org.apache.camel.component.platform.http.main.ManagementHttpServer;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig.AuthenticationConfigEntry;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig.AuthenticationHandlerFactory;
import org.apache.camel.main.HttpManagementServerConfigurationProperties;
import org.apache.camel.main.HttpServerConfigurationProperties;
import org.apache.camel.support.service.ServiceSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes Camel's management server with {@link Admission} in front of it, and refuses to make one that is open to everybody.
 * Bound in the registry, where Camel Main finds it; used by the thread of the start.
 */
public final class ManagementServerFactory extends DefaultMainHttpServerFactory {

    private static final Logger LOG = LoggerFactory.getLogger(ManagementServerFactory.class);
    private static final String EVERY_PATH = "/*";

    private @Nullable ManagementHttpServer server;
    private @Nullable Admission admission;
    private int applicationPort;

    /** @throws IllegalArgumentException if the settings would let everybody in; says what to set */
    @Override
    public Service newHttpManagementServer(
            CamelContext context, HttpManagementServerConfigurationProperties properties) {
        String token = context.resolvePropertyPlaceholders("{{" + AccessRules.TOKEN + ":}}");
        AccessRules rules = AccessRules.of(
                properties.getHost(),
                properties.getPort(),
                token,
                new CamelsOwn(
                        properties.isAuthenticationEnabled(),
                        Optional.ofNullable(properties.getAuthenticationPath()).orElse(EVERY_PATH)));
        requirePortOfItsOwn(applicationPort, properties.getPort());
        var made = (ManagementHttpServer) super.newHttpManagementServer(context, properties);
        var decides = new Admission(rules);
        AuthenticationConfig before = made.getConfiguration().getAuthenticationConfig();
        before.setEnabled(true);
        before.getEntries().add(0, entry(decides));
        server = made;
        admission = decides;
        return made;
    }

    @Override
    public Service newHttpServer(CamelContext context, HttpServerConfigurationProperties properties) {
        applicationPort = properties.getPort();
        if (server != null) {
            requirePortOfItsOwn(applicationPort, server.getPort());
        }
        return super.newHttpServer(context, properties);
    }

    /** One server for both would be Camel's other one, which knows nothing of {@link Admission}. */
    private static void requirePortOfItsOwn(int application, int management) {
        if (application != 0 && application == management) {
            throw new IllegalArgumentException("camel.server.port and camel.management.port are both " + management
                    + "; give the management port a number of its own");
        }
    }

    /** A service that lets the server tell of tasks; to be started after the server. Without a server it does nothing. */
    public Service serving(Tasks tasks) {
        return new Serving(tasks);
    }

    private final class Serving extends ServiceSupport implements StaticService {

        private final Tasks tasks;

        private Serving(Tasks tasks) {
            this.tasks = tasks;
        }

        @Override
        protected void doStart() {
            serve(tasks);
        }
    }

    private void serve(Tasks tasks) {
        ManagementHttpServer started = server;
        Admission decides = admission;
        if (started != null && decides != null) {
            ManagementApi.serve(started.getRouter(), tasks, decides);
            decides.opens();
            LOG.info("management port: {}{}", url(started), ManagementApi.ROOT);
        }
    }

    /** What it is bound to; Camel's own summary says 0.0.0.0 whatever that is. */
    private static String url(ManagementHttpServer server) {
        boolean tls = server.isUseGlobalSslContextParameters() || server.getSslContextParameters() != null;
        String host = server.getHost().contains(":") && !server.getHost().startsWith("[")
                ? "[" + server.getHost() + "]"
                : server.getHost();
        return (tls ? "https://" : "http://") + host + ":" + server.getPort();
    }

    private static AuthenticationConfigEntry entry(Admission admission) {
        var entry = new AuthenticationConfigEntry();
        entry.setPath(EVERY_PATH);
        entry.setAuthenticationProviderFactory(vertx -> new HandlerDecides());
        entry.setAuthenticationHandlerFactory(new AuthenticationHandlerFactory() {
            @Override
            public <T extends AuthenticationProvider> AuthenticationHandler createAuthenticationHandler(T provider) {
                return admission;
            }
        });
        return entry;
    }

    /** Camel wants a provider beside every handler; ours asks none. */
    private static final class HandlerDecides implements AuthenticationProvider {

        @Override
        @Deprecated
        public void authenticate(JsonObject credentials, Handler<AsyncResult<User>> result) {
            result.handle(Future.failedFuture(new UnsupportedOperationException("the handler decides")));
        }
    }
}
