package io.caravan.dialect;

import io.caravan.command.CommandCursor;
import io.caravan.node.ServerVersion;

/**
 * What a master sends to its replicas and what is sent to a destination instead, whatever its version: because a client is
 * refused it, because it is no command of a user, or because it says a time to live where a moment is meant.
 */
final class ReplicaForms {

    private ReplicaForms() {}

    static void addTo(RewriteTable table, boolean hasModules) {
        ServerVersion destination = table.destination();
        boolean knowsMoments = Form.SET_MOMENTS.isKnownTo(destination);
        table.always(new RestoreRewrite(destination, hasModules), "RESTORE", "RESTORE-ASKING")
                .always(new SetRewrite(destination), "SET")
                .always(new SetRewrite.WithTimeToLive(Expiry.SECOND, knowsMoments), "SETEX")
                .always(new SetRewrite.WithTimeToLive(Expiry.MILLISECOND, knowsMoments), "PSETEX")
                .always(new GetexRewrite(), "GETEX")
                .always(ExpireRewrite.relative(Expiry.SECOND, destination), "EXPIRE")
                .always(ExpireRewrite.relative(Expiry.MILLISECOND, destination), "PEXPIRE")
                .always(new HashExpireRewrite(Expiry.SECOND), "HEXPIRE")
                .always(new HashExpireRewrite(Expiry.MILLISECOND), "HPEXPIRE")
                .always(new XaddRewrite(destination), "XADD")
                .always(new XtrimRewrite(destination), "XTRIM")
                .always(new FunctionRewrite(destination), "FUNCTION")
                // changes how the value is held, which no client should ask for: the value is taken over as it is
                .always(OlderForms::refreshFirst, "PFDEBUG")
                // records of a slot migration (Redis 8.4, Valkey 8 and 9): of the source's slots, not of the
                // destination's
                .always(CommandCursor::drop, "CLUSTER", "TRIMSLOTS");
    }
}
