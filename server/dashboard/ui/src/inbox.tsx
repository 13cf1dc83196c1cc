// What waits for a decision, and what to expect while nothing does.
import { useEffect, useRef, useState } from "preact/hooks";
import { RequestCard } from "./request_card";
import { hidden, inbox, loaded, showMore, waiting, wanted, wantedProblem } from "./state";

function Empty() {
    return (
        <div class="empty">
            <p class="empty-title">Nothing is waiting for you</p>
            <p>
                When an agent asks to create, rotate, delete or reveal an access token, its request appears here by
                itself, and nothing happens until you decide. To see one now, ask your agent:{" "}
                <q>Create an access token named demo-token.</q>
            </p>
        </div>
    );
}

function More() {
    const [problem, setProblem] = useState("");
    const count = hidden.value;
    if (count === 0) return null;
    const show = async () => {
        try {
            const first = await showMore();
            if (first) requestAnimationFrame(() => document.getElementById(`title-${first.id}`)?.focus());
        } catch (failure) {
            setProblem((failure as Error).message);
        }
    };
    return (
        <div class="rest">
            <p>
                <strong>
                    {count} more {count === 1 ? "request waits" : "requests wait"} for a decision.
                </strong>
            </p>
            <button type="button" class="quiet" onClick={show}>
                Show more
            </button>
            <p class="problem" role="alert">
                {problem}
            </p>
        </div>
    );
}

export function Inbox() {
    const list = inbox.value;
    const arrived = useRef(false);
    useEffect(() => {
        if (!loaded.value || arrived.current) return;
        arrived.current = true;
        const id = wanted.value;
        document.getElementById(id ? `title-${id}` : "inbox-title")?.focus();
    }, [loaded.value]);

    return (
        <section id="inbox" aria-labelledby="inbox-title">
            <h2 id="inbox-title" tabIndex={-1}>
                Waiting for you {waiting.value > 0 && <span class="count">{waiting.value}</span>}
            </h2>
            {wantedProblem.value && (
                <p class="problem" role="alert">
                    {wantedProblem.value}
                </p>
            )}
            {!loaded.value ? <p class="hint">Looking{"\u2026"}</p> : list.length + hidden.value === 0 ? <Empty /> : null}
            {list.map((approval) => (
                <RequestCard key={approval.id} approval={approval} />
            ))}
            <More />
        </section>
    );
}
