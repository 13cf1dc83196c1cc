// Several requests of one caller on one screen: each with its facts, ticked by hand, and decided on by its own digest.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { announce } from "./announce";
import { api, Failure } from "./api";
import { whyBarred } from "./decide";
import { Asked, Claimed, Exactly, Facts, Fate, Warnings } from "./evidence";
import { decided, look, looked } from "./habits";
import { Changes } from "./narrow";
import { focusSoon, home } from "./nav";
import { signature } from "./passkeys";
import { Votes } from "./people";
import { alsoShown, connection, isPending, load, loaded, opened, put, rows, session, tryRefresh } from "./state";
import { now } from "./time";
import { destinations, whenItRuns } from "./words";
import { Problem, useWork } from "./work";
import type { Approval, Destination, Row } from "./types";

const most = 20;

/** Kinds that are destroyed are planned; others are decided together once each was opened by itself. */
const fits = (row: Row) => row.together === "plan" || (row.together === "opened" && looked(row.digest));

/** Of those that fit, the open ones: the inbox also has lines of requests that are over. */
const open = () => rows.value.filter((row) => fits(row) && Date.parse(row.request_expires_at) > now.value);

interface Set {
    by: string;
    verb: string;
    count: number;
    planned: boolean;
}

const addressOf = ({ by, verb }: { by: string; verb: string }) =>
    `${home}/together?by=${encodeURIComponent(by)}&verb=${encodeURIComponent(verb)}`;

/** Ways to such screens, above the inbox. */
export function Sets() {
    const sets = new Map<string, Set>();
    for (const row of open().filter((each) => each.may_approve)) {
        const key = addressOf({ by: row.principal, verb: row.verb });
        const { count } = sets.get(key) ?? { count: 0 };
        sets.set(key, { by: row.principal, verb: row.verb, count: count + 1, planned: row.together === "plan" });
    }
    return (
        <>
            {[...sets]
                .filter(([, { count }]) => count > 1)
                .map(([address, { by, verb, count, planned }]) => (
                    <div key={address} class="caller">
                        <a href={address}>
                            {verb} {Math.min(count, most)} tokens on one screen
                        </a>
                        , asked by <bdi>{by}</bdi>
                        {!planned && " (only those you have opened)"}
                    </div>
                ))}
        </>
    );
}

const ticked = signal<ReadonlySet<string>>(new Set());

function tick(id: string, on: boolean): void {
    const next = new Set(ticked.value);
    if (on) next.add(id);
    else next.delete(id);
    ticked.value = next;
}

/** A sentence of its own is typed by who approves, never for them. */
const asksForMore = ({ facts }: Approval) =>
    facts.to_type !== facts.subject && "It asks for a sentence of its own to be typed: decide on it alone, in the inbox.";

const barredBy = (approval: Approval) => whyBarred(approval) || asksForMore(approval);

function Each({ approval, problem }: { approval: Approval; problem: string }) {
    const over = !isPending(approval);
    const barred = !over && barredBy(approval);
    const shut = over || !!barred;
    const to = approval.votes[0]?.destination ?? approval.destinations[0];
    useEffect(() => look(approval.digest), [approval.digest]);
    return (
        <li class="entry">
            <label class="choice">
                <input
                    type="checkbox"
                    checked={!shut && ticked.value.has(approval.id)}
                    disabled={shut}
                    onChange={(event) => tick(approval.id, event.currentTarget.checked)}
                />
                <h3>
                    {approval.words.title} <bdi class="name">{approval.facts.subject}</bdi>
                </h3>
            </label>
            {over && <Fate approval={approval} />}
            {approval.state === "approved" && <p class="hint">{whenItRuns(approval)}</p>}
            {barred && <p class="note">{barred}</p>}
            <Problem words={problem} />
            {!over && (
                <>
                    <Votes approval={approval} />
                    <Warnings approval={approval} />
                    <Changes approval={approval} />
                    {to && <Asked approval={approval} />}
                    <Facts approval={approval} />
                    <Claimed approval={approval} />
                    {to && (
                        <p class="hint">
                            Its value: {destinations[to].word.toLowerCase()}. To choose, decide on it alone.
                        </p>
                    )}
                    <Exactly approval={approval} />
                </>
            )}
        </li>
    );
}

export function Together({ by, verb }: { by: string; verb: string }) {
    const [ids, setIds] = useState<string[]>([]);
    const [failed, setFailed] = useState<ReadonlyMap<string, string>>(new Map());
    const [typed, setTyped] = useState("");
    const [reason, setReason] = useState("");
    const [progress, setProgress] = useState("");
    const { busy, problem, run, setProblem } = useWork();
    const signs = (session.value?.passkeys ?? 0) > 0;
    useEffect(() => {
        if (!loaded.value || ids.length > 0) return;
        const found = open().filter((row) => row.principal === by && row.verb === verb);
        setIds(found.slice(0, most).map((row) => row.id));
        focusSoon("together-title");
    }, [loaded.value]);
    useEffect(() => {
        ticked.value = new Set();
        alsoShown.value = ids;
        if (ids.length > 0) void run(() => Promise.all(ids.map(load)));
        return () => void (alsoShown.value = []);
    }, [ids]);
    const shown = ids.map((id) => opened.value.get(id)).filter((each) => each !== undefined);
    const waits = shown.filter(isPending);
    const chosen = waits.filter((each) => ticked.value.has(each.id) && !barredBy(each));
    const idle = waits.every(barredBy);
    const wantsReason = chosen.some((each) => each.reason_required);
    const submit = (event: Event) => {
        event.preventDefault();
        if (connection.value === "offline") return setProblem("No connection to the server. Nothing was decided.");
        if (idle) return;
        if (chosen.length === 0) return setProblem("Tick what you have looked at and approve.");
        if (typed.trim() !== String(chosen.length))
            return setProblem(`You ticked ${chosen.length}. Type that number to approve them.`);
        if (wantsReason && reason.trim() === "") return setProblem("A rule requires a reason for this approval.");
        void run(async () => {
            const problems = new Map<string, string>();
            let approved = 0;
            for (const each of chosen) {
                setProgress(`${signs ? "Signing" : "Sending"} ${approved + problems.size + 1} of ${chosen.length}\u2026`);
                const { id, digest, facts, votes, destinations: may } = each;
                const destination: Destination | "" = votes[0] ? "" : (may[0] ?? "");
                const choice = { digest, typed_name: facts.to_type, destination, reason: reason.trim() };
                try {
                    put(await api.approve(id, { ...choice, ...(await signature(each, choice)) }));
                    decided(digest, true);
                    tick(id, false);
                    approved += 1;
                } catch (failure) {
                    problems.set(id, (failure as Error).message);
                    if ((failure as Failure).status === 0) break; // no answer, or no signature: the others wait
                }
            }
            setFailed(problems);
            setTyped("");
            const left = chosen.length - approved;
            announce(`${approved} approved${left > 0 ? `, ${left} not` : ""}.`);
            tryRefresh();
        });
    };
    return (
        <section aria-labelledby="together-title" class="together">
            <a href={home}>{"\u2190"} Inbox</a>
            <h2 id="together-title" tabIndex={-1}>
                {verb} {waits.length} {waits.length === 1 ? "token" : "tokens"}, asked by <bdi>{by}</bdi>
            </h2>
            {loaded.value && !busy && waits.length === 0 && <p class="hint">None of these waits any more.</p>}
            <ul class="entries">
                {shown.map((each) => (
                    <Each key={each.id} approval={each} problem={failed.get(each.id) ?? ""} />
                ))}
            </ul>
            <form class="decide" onSubmit={submit} noValidate>
                {wantsReason && (
                    <div class="field">
                        <label for="together-why">Your reason (required)</label>
                        <input
                            id="together-why"
                            type="text"
                            maxLength={500}
                            value={reason}
                            onInput={(event) => setReason(event.currentTarget.value)}
                        />
                    </div>
                )}
                <div class="act">
                    <div class="field">
                        <label for="together-count">Type how many you ticked</label>
                        <input
                            id="together-count"
                            type="text"
                            inputMode="numeric"
                            autoComplete="off"
                            value={typed}
                            onInput={(event) => setTyped(event.currentTarget.value)}
                        />
                    </div>
                    <button
                        type="submit"
                        class={`main${shown[0]?.words.danger ? " danger" : ""}${idle ? " barred" : ""}`}
                        aria-disabled={busy || idle || connection.value === "offline"}
                    >
                        {busy && progress ? progress : `Approve ${chosen.length}`}
                    </button>
                </div>
                <Problem words={problem} />
                <p class="hint">
                    Each is a decision of its own, with its own record
                    {signs && ", and your passkey signs each by itself: your device asks once for each"}. To deny one,
                    open it in the inbox.
                </p>
            </form>
        </section>
    );
}
