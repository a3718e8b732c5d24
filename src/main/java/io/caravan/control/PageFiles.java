package io.caravan.control;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.regex.Pattern;

/** The files of the page, from the class path: {@code io/caravan/page/}. On Vert.x's worker threads. */
final class PageFiles {

    private static final String FOLDER = "/io/caravan/page/";
    private static final String INDEX = "index.html";
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]*(\\.[a-z0-9]+)+");
    private static final int NOT_FOUND = 404;

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml",
            "png", "image/png",
            "ico", "image/x-icon",
            "json", "application/json; charset=utf-8",
            "txt", "text/plain; charset=utf-8");

    /** A name that is none of ours, or would lead elsewhere, is not looked for. */
    void send(RoutingContext request) {
        String path = request.normalizedPath();
        if (!path.startsWith(ManagementApi.ROOT)) {
            request.redirect(ManagementApi.ROOT);
            return;
        }
        String name = path.equals(ManagementApi.ROOT) ? INDEX : path.substring(ManagementApi.ROOT.length());
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (type == null || !NAME.matcher(name).matches()) {
            ManagementApi.refuse(request, NOT_FOUND, "there is no such file");
            return;
        }
        try (InputStream file = PageFiles.class.getResourceAsStream(FOLDER + name)) {
            if (file == null) {
                ManagementApi.refuse(request, NOT_FOUND, "there is no such file");
            } else {
                request.response()
                        .putHeader("Content-Type", type)
                        .putHeader("Cache-Control", "no-cache")
                        .end(Buffer.buffer(file.readAllBytes()));
            }
        } catch (IOException e) {
            request.fail(e);
        }
    }
}
