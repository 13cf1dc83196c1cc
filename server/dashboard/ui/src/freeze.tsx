// A caller that asks for too much: a warning, stopping it, and letting it ask again.
import { useId, useState } from "preact/hooks";
import { announce } from "./announce";
import { api } from "./api";
import { many, requesters } from "./filters";
import { focusSoon } from "./nav";
import { frozen, tryRefresh } from "./state";
import { moment } from "./time";
import { Problem, useInView, useWork } from "./work";
import type { Freeze as Frozen } from "./types";

const toList = () => {
    tryRefresh();
    focusSoon("inbox-title");
};

export function Freeze({ principal }: { principal: string }) {
    const field = useId();
    const [open, setOpen] = useState(false);
    const [reason, setReason] = useState("");
    const part = useInView<HTMLDetailsElement>(open);
    const { busy, problem, run } = useWork();
    const submit = (event: Event) => {
        event.preventDefault();
        void run(async () => {
            const { stopped } = await api.freeze(principal, reason.trim());
            announce(`${principal} is frozen; ${stopped} of its requests were stopped.`);
            toList();
        });
    };
    return (
        <details ref={part} class="narrow freeze" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
            <summary>
                Freeze <bdi>{principal}</bdi>
                {"\u2026"}
            </summary>
            {open && (
                <form onSubmit={submit} noValidate onKeyDown={(event) => event.key === "Escape" && setOpen(false)}>
                    <p>
                        All its open requests are stopped, and new ones are refused until a person unfreezes it. What
                        runs already goes on.
                    </p>
                    <label for={field}>Reason (optional). The agent will see it.</label>
                    <input
                        id={field}
                        type="text"
                        maxLength={400}
                        value={reason}
                        onInput={(event) => setReason(event.currentTarget.value)}
                    />
                    <button type="submit" class="main danger" aria-disabled={busy}>
                        Freeze
                    </button>
                    <Problem words={problem} />
                </form>
            )}
        </details>
    );
}

function IsFrozen({ freeze }: { freeze: Frozen }) {
    const { busy, problem, run } = useWork();
    const lift = () =>
        run(async () => {
            await api.unfreeze(freeze.principal);
            announce(`${freeze.principal} may ask again.`);
            toList();
        });
    return (
        <div class="caller">
            <p>
                <strong>
                    <bdi>{freeze.principal}</bdi> has been frozen
                </strong>{" "}
                since {moment(freeze.since)}, by <bdi>{freeze.by}</bdi>. New requests from it are refused.
                {freeze.reason && (
                    <>
                        {" "}
                        Reason: <q><bdi>{freeze.reason}</bdi></q>
                    </>
                )}
            </p>
            <button type="button" class="quiet small" aria-disabled={busy} onClick={lift}>
                Unfreeze<span class="unseen">: {freeze.principal}</span>
            </button>
            <Problem words={problem} />
        </div>
    );
}

/** Who is frozen, and who asks for so much that this may be needed. */
export function Callers() {
    const flood = [...requesters.value].filter(([, count]) => count >= many);
    return (
        <>
            {frozen.value.map((each) => (
                <IsFrozen key={each.principal} freeze={each} />
            ))}
            {flood.map(([principal, count]) => (
                <div key={principal} class="caller flood">
                    <p>
                        <strong>
                            <bdi>{principal}</bdi> is asking for a lot at once
                        </strong>
                        : {count} requests are open. Do not let their number hurry you.
                    </p>
                    <Freeze principal={principal} />
                </div>
            ))}
        </>
    );
}
