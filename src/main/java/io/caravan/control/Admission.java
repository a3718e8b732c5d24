package io.caravan.control;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.AuthenticationHandler;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Decides for every request to the management port, whatever it is for, whether it is served: before anything else of the server
 * sees it, and from the moment on at which the server listens.
 *
 * <p>Invariants. A: with a token nothing is served without it but the files of the page, which hold nothing, and what it takes
 * to give the token. B: where the port is open to this machine alone, a request names this machine as its host; a page of
 * another site that has bent its own name to this machine (DNS rebinding) does not. C: what changes something carries a header
 * that no form of another site can send, and does not come from the page of another site.
 *
 * <p>On Vert.x's event loops; does not wait.
 */
final class Admission implements AuthenticationHandler {

    /** What a request that changes something has to carry: {@code X-Caravan: 1}. */
    static final String OWN_HEADER = "X-Caravan";

    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int UNSUPPORTED_TYPE = 415;
    private static final int UNAVAILABLE = 503;
    private static final long PAUSE_AFTER_REFUSAL_MILLIS = TimeUnit.SECONDS.toMillis(1);
    private static final String BEARER = "Bearer ";
    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    private final AccessRules rules;
    private final Sessions sessions = new Sessions();
    private final String cookie;

    /** The port listens before what is asked for there has been added. */
    private volatile boolean served;

    Admission(AccessRules rules) {
        this.rules = rules;
        cookie = "caravan-session-" + rules.port();
    }

    /** Whether a token is asked for. */
    boolean wantsToken() {
        return rules.wantsToken();
    }

    @Override
    public void handle(RoutingContext request) {
        HttpServerResponse response = request.response();
        response.putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader(
                        "Content-Security-Policy",
                        "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
                .putHeader("Cache-Control", "no-store");
        if (rules.isLoopback() && !namesThisMachine(request.request())) {
            ManagementApi.refuse(
                    request,
                    FORBIDDEN,
                    "the request names a host that is not this machine; use http://127.0.0.1:" + rules.port() + "/");
        } else if (!comesFromHere(request.request())) {
            ManagementApi.refuse(request, FORBIDDEN, "the request comes from the page of another site");
        } else if (isChangeOfOurs(request) && !"1".equals(request.request().getHeader(OWN_HEADER))) {
            ManagementApi.refuse(request, FORBIDDEN, "the header '" + OWN_HEADER + ": 1' is missing");
        } else if (isChangeOfOurs(request) && !isJson(request.request())) {
            ManagementApi.refuse(request, UNSUPPORTED_TYPE, "the Content-Type has to be application/json");
        } else if (!isAdmitted(request) && !isOpen(request)) {
            response.putHeader("WWW-Authenticate", "Bearer");
            ManagementApi.refuse(
                    request,
                    UNAUTHORIZED,
                    "send the token of " + AccessRules.TOKEN + " in the header 'Authorization: Bearer …'");
        } else if (!served && request.normalizedPath().startsWith(ManagementApi.ROOT)) {
            ManagementApi.refuse(request, UNAVAILABLE, "the process is starting; ask again");
        } else {
            request.next();
        }
    }

    /** From now on there is somebody behind who answers. */
    void opens() {
        served = true;
    }

    /** Whether the request has shown the token, or none is asked for. */
    boolean isAdmitted(RoutingContext request) {
        if (!wantsToken()) {
            return true;
        }
        String given = request.request().getHeader("Authorization");
        if (given != null && given.startsWith(BEARER)) {
            return rules.isToken(given.substring(BEARER.length()).trim());
        }
        Cookie session = request.request().getCookie(cookie);
        return session != null && sessions.isOpen(session.getValue());
    }

    /** Gives a browser that shows the token a cookie; a wrong one is answered after a second. */
    void logIn(RoutingContext request, String token) {
        if (wantsToken() && !rules.isToken(token)) {
            request.vertx()
                    .setTimer(
                            PAUSE_AFTER_REFUSAL_MILLIS,
                            passed -> ManagementApi.refuse(
                                    request, UNAUTHORIZED, "this is not the token of " + AccessRules.TOKEN));
            return;
        }
        if (wantsToken()) {
            request.response()
                    .addCookie(Cookie.cookie(cookie, sessions.open())
                            .setHttpOnly(true)
                            .setSecure(request.request().isSSL())
                            .setSameSite(CookieSameSite.STRICT)
                            .setMaxAge(Sessions.LIFE.toSeconds())
                            .setPath("/"));
        }
        ManagementApi.answer(request, 200, Map.of("authenticated", true));
    }

    /** Invariant A's exceptions. */
    private static boolean isOpen(RoutingContext request) {
        String path = request.normalizedPath();
        if (path.equals(ManagementApi.API + "login") || path.equals(ManagementApi.API + "session")) {
            return true;
        }
        boolean ofThePage = path.startsWith(ManagementApi.ROOT) && !path.startsWith(ManagementApi.API);
        return request.request().method().equals(HttpMethod.GET) && (ofThePage || path.equals("/caravan"));
    }

    private static boolean isChangeOfOurs(RoutingContext request) {
        return !READING.contains(request.request().method())
                && request.normalizedPath().startsWith(ManagementApi.ROOT);
    }

    private static boolean isJson(HttpServerRequest request) {
        String type = request.getHeader("Content-Type");
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("application/json");
    }

    /** HTTP/1.1 names the host in a header, HTTP/2 in a field of its own; Vert.x knows both. */
    private boolean namesThisMachine(HttpServerRequest request) {
        HostAndPort named = request.authority();
        if (named == null) {
            return false;
        }
        String host = named.host().toLowerCase(Locale.ROOT);
        return THIS_MACHINE.contains(host) || host.equals(rules.host());
    }

    private static boolean comesFromHere(HttpServerRequest request) {
        String origin = request.getHeader("Origin");
        HostAndPort named = request.authority();
        return origin == null
                || named != null && (origin.equals("http://" + named) || origin.equals("https://" + named));
    }
}
