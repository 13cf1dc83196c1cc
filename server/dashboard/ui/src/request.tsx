// One request: what it is, what is risky about it, what it rests on, what happens then; the decision is always in view.
import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "./announce";
import { api, Failure } from "./api";
import { Decide } from "./decide";
import { keepDraft } from "./drafts";
import { Asked, Claimed, Differs, Exactly, Facts, Warnings } from "./evidence";
import { Freeze } from "./freeze";
import { look } from "./habits";
import { Changes, Narrow } from "./narrow";
import { focusSoon, go, home, titleShown } from "./nav";
import { People } from "./people";
import { AllowMore } from "./permit";
import { connection, isPending, load, opened, put, tryRefresh, wanted } from "./state";
import { inMoments, left, moment, now } from "./time";
import { sentence, title } from "./words";
import type { Approval } from "./types";

function Countdown({ approval }: { approval: Approval }) {
    const remaining = Date.parse(approval.request_expires_at) - now.value;
    const said = useRef(new Set<number>());
    useEffect(() => {
        for (const seconds of [60, 10]) {
            if (remaining > seconds * 1000 || remaining < (seconds - 5) * 1000 || said.current.has(seconds))
                continue;
            said.current.add(seconds);
            announce(`${seconds} seconds left for ${title(approval)}`);
        }
    }, [remaining]);
    return (
        <span class={remaining < 60_000 ? "countdown soon" : "countdown"} title={moment(approval.request_expires_at)}>
            <strong>{left(remaining)}</strong> left
        </span>
    );
}

function Then({ approval }: { approval: Approval }) {
    return (
        <section>
            <h4>What happens</h4>
            <dl class="facts then">
                <div>
                    <dt>If you approve</dt>
                    <dd>
                        {inMoments(approval.facts.effect)}{" "}
                        {approval.quorum > 1 && "It runs once enough people have approved it. "}
                        {approval.would_run
                            ? "If the value goes to this page, it runs at once. Otherwise it runs at once only if the agent is still waiting, or when it repeats the call."
                            : "It runs at once if the agent is still waiting, otherwise when it repeats the call."}
                    </dd>
                </div>
                <div>
                    <dt>If you deny</dt>
                    <dd>Nothing is done. The agent is told your reason.</dd>
                </div>
                <div>
                    <dt>If you do nothing</dt>
                    <dd>The request expires on {moment(approval.request_expires_at)}, and nothing is done.</dd>
                </div>
                {approval.because && (
                    <div>
                        <dt>Why you are asked</dt>
                        <dd>{sentence(approval.because)}</dd>
                    </div>
                )}
            </dl>
        </section>
    );
}

function Request({ approval }: { approval: Approval }) {
    const over = !isPending(approval);
    const cut = connection.value === "offline";
    useEffect(() => titleShown(approval.id), []);
    useEffect(() => look(approval.digest), [approval.digest]);
    const [busy, setBusy] = useState(false);
    const [problem, setProblem] = useState("");
    const run = async (work: () => Promise<Approval>, done: (now: Approval) => void) => {
        setBusy(true);
        setProblem("");
        try {
            const changed = await work();
            put(changed);
            done(changed);
        } catch (failure) {
            setProblem((failure as Error).message);
            // Someone else was faster, or its time is over: what is shown here is old.
            if (failure instanceof Failure && [401, 403, 404, 409, 410].includes(failure.status))
                tryRefresh();
        } finally {
            setBusy(false);
        }
    };
    const extend = () => {
        if (busy || cut) return;
        void run(
            () => api.extend(approval.id),
            (extended) => announce(`The request now expires on ${moment(extended.request_expires_at)}`),
        ).then(() => focusSoon(`title-${approval.id}`));
    };
    const part = { approval, cut, busy, run, complain: setProblem };
    return (
        <article
            class={over ? "request over" : "request"}
            aria-labelledby={`title-${approval.id}`}
            onInput={() => keepDraft(approval.id)}
        >
            <h2 class="unseen">Request</h2>
            <div class="evidence">
                <a class="back" href={home}>
                    {"\u2190"} Inbox
                </a>
                <header>
                    {approval.id === wanted.value && <p class="tag">Opened from your link</p>}
                    <h3 id={`title-${approval.id}`} tabIndex={-1}>
                        {approval.words.title}{" "}
                        {approval.facts.subject && <bdi class="name">{approval.facts.subject}</bdi>}
                    </h3>
                    <p class="meta">
                        <span>
                            <bdi>{approval.asked_by}</bdi>
                        </span>
                        <span>asked {moment(approval.created)}</span>
                        {!over && <Countdown approval={approval} />}
                        {!over && approval.may_extend && (
                            <button type="button" class="quiet small" aria-disabled={busy || cut} onClick={extend}>
                                Extend
                            </button>
                        )}
                        {approval.extended && (
                            <span>
                                extended by <bdi>{approval.extended.by}</bdi>
                            </span>
                        )}
                    </p>
                </header>
                <Warnings approval={approval} />
                <Changes approval={approval} />
                <Differs approval={approval} />
                <Asked approval={approval} />
                <Facts approval={approval} />
                <Claimed approval={approval} />
                {!over && <Then approval={approval} />}
                <People approval={approval} />
                <Exactly approval={approval} />
                {!over && <Narrow {...part} />}
                {!over && <AllowMore approval={approval} />}
                {!over && <Freeze principal={approval.principal} />}
                <p class="hint">Request {approval.id}</p>
            </div>
            <Decide {...part} over={over} problem={problem} />
        </article>
    );
}

/** The pane beside the inbox; on a narrow screen over it. */
export function Pane({ id }: { id: string }) {
    const approval = opened.value.get(id);
    const [problem, setProblem] = useState("");
    useEffect(() => {
        load(id).catch((failure: Error) => setProblem(failure.message));
    }, [id]);
    if (approval) return <Request key={id} approval={approval} />;
    return (
        <div class="nothing-open">
            <p class={problem ? "problem" : "hint"} role={problem ? "alert" : "status"}>
                {problem || "Looking\u2026"}
            </p>
            <a class="back" href={home} onClick={() => go(home)}>
                {"\u2190"} Inbox
            </a>
        </div>
    );
}

