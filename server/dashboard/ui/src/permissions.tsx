// Creates that were allowed ahead of time: what is in force, and taking it back.
import { useEffect } from "preact/hooks";
import { announce } from "./announce";
import { api } from "./api";
import { draft, Permit, title } from "./permit";
import { permissions, restLoaded, tryRefresh } from "./state";
import { inMoments, left, moment, now } from "./time";
import { shownIn, surely } from "./words";
import { Looking, Problem, useWork } from "./work";
import type { Permission } from "./types";

function Row({ permission }: { permission: Permission }) {
    const { problem, run } = useWork();
    const revoke = () =>
        run(async () => {
            await api.revoke(permission.id);
            announce(`Revoked: ${permission.words}`);
            title()?.focus();
        }).finally(tryRefresh);
    return (
        <li class="entry permission with-button">
            <div>
                <h3>
                    <bdi>{inMoments(permission.words)}</bdi>
                </h3>
                <p class="by">
                    Given by <bdi>{permission.by}</bdi>, {surely[permission.assurance]}; used{" "}
                    {permission.used} of {permission.uses}; {shownIn[permission.destination]}; ends in{" "}
                    {left(Date.parse(permission.until) - now.value)}
                    <span class="hint"> (until {moment(permission.until)})</span>
                    {permission.reason && (
                        <>
                            . Reason:{" "}
                            <q>
                                <bdi>{permission.reason}</bdi>
                            </q>
                        </>
                    )}
                </p>
            </div>
            <button type="button" class="quiet small" onClick={revoke}>
                Revoke<span class="unseen">: {permission.words}</span>
            </button>
            <Problem words={problem} />
        </li>
    );
}

export function Permissions() {
    useEffect(() => () => void (draft.value = null), []);
    const inForce = permissions.value.filter((each) => Date.parse(each.until) > now.value);
    const from = draft.value;
    return (
        <section aria-labelledby="permissions-title">
            <h2 id="permissions-title" tabIndex={-1}>
                Standing permissions
            </h2>
            {!restLoaded.value && <Looking />}
            {restLoaded.value && inForce.length === 0 && <p class="hint">None. A person is asked about every create, delete, rotation and reveal.</p>}
            {inForce.length > 0 && (
                <ul class="entries">
                    {inForce.map((each) => (
                        <Row key={each.id} permission={each} />
                    ))}
                </ul>
            )}
            {from ? (
                <Permit key={`${from.principal} ${from.names}`} from={from} />
            ) : (
                <p class="more">
                    <button
                        type="button"
                        class="quiet small"
                        onClick={() =>
                            (draft.value = {
                                principal: "",
                                names: "",
                                kind: { team: "", account: "", token_type: "" },
                                destination: "page",
                            })
                        }
                    >
                        Allow some creates ahead of time{"\u2026"}
                    </button>
                </p>
            )}
        </section>
    );
}
