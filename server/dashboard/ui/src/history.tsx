// What was decided: by whom, and what came of it. All of it as lines; one of them at a time in full.
import { useEffect, useState } from "preact/hooks";
import { api } from "./api";
import { Asked, Claimed, Differs, Exactly, Facts, OfValue, Why } from "./evidence";
import { Changes } from "./narrow";
import {
    foundPast,
    notRun,
    journalFile,
    outcomes,
    past,
    pastOutcome,
    pastRequester,
    pastRequesters,
    pastSearch,
    pastVerb,
    pastVerbs,
    pastWhole,
    watchPast,
} from "./past";
import { Votes } from "./people";
import { Choose, Search } from "./search";
import { load, opened, tryRefresh } from "./state";
import { moment } from "./time";
import { Lines } from "./virtual";
import { Problem, useWork } from "./work";
import { shownIn, states, surely } from "./words";
import type { Approval, Past } from "./types";

function Decided({ approval }: { approval: Approval }) {
    const { decision } = approval;
    if (!decision) return null;
    return (
        <p class="by">
            {decision.permission ? "Allowed ahead of time" : decision.approved ? "Approved" : "Denied"} by{" "}
            <bdi>{decision.by}</bdi>
            {decision.froze && ", who froze the caller"}, {surely[decision.assurance]}
            {decision.permission ? "; used " : ", "}
            {moment(decision.at)}
            {decision.approved && decision.destination && `; ${shownIn[decision.destination]}`}
            {decision.reason && (
                <>
                    . Reason:{" "}
                    <q>
                        <bdi>{decision.reason}</bdi>
                    </q>
                </>
            )}
        </p>
    );
}

function Whole({ line }: { line: Past }) {
    const approval = opened.value.get(line.id);
    const [problem, setProblem] = useState("");
    useEffect(() => {
        load(line.id).catch((failure: Error) => setProblem(failure.message));
    }, [line.id, line.updated]);
    if (!approval) return <p class={problem ? "problem" : "hint"}>{problem || "Looking\u2026"}</p>;
    return (
        <>
            <h3>
                {line.title} {line.subject && <bdi class="name">{line.subject}</bdi>}
            </h3>
            <Decided approval={approval} />
            <Votes approval={approval} />
            {line.narrowed && <p class="by">A person changed it before it was approved; see below.</p>}
            {approval.decision?.destination === "page" && ["approved", "executing"].includes(approval.state) && (
                <p class="by">The value can be shown as soon as the agent's call has run.</p>
            )}
            <p class="by">
                <OfValue approval={approval} />
            </p>
            <Why approval={approval} />
            <p class="hint">
                Asked {moment(approval.created)}, request {approval.id}
                {approval.decision?.permission && `, under standing permission ${approval.decision.permission}`}
            </p>
            <Differs approval={approval} />
            <Asked approval={approval} />
            <Facts approval={approval} />
            <Claimed approval={approval} />
            <Changes approval={approval} />
            <Exactly approval={approval} />
        </>
    );
}

const list = new Intl.ListFormat("en-GB");
const names = (all: string[]) => list.format(all);

function Line({ line, open, toggle }: { line: Past; open: boolean; toggle: () => void }) {
    const state = states[line.state === "pending" ? "expired" : line.state];
    const { decision } = line;
    return (
        <>
            <button type="button" class={line.danger ? "row dangerous" : "row"} aria-expanded={open} onClick={toggle}>
                <span class="row-what">
                    <span class="verb">{line.verb}</span> <bdi class="name">{line.subject || line.short_digest}</bdi>
                </span>
                <span class="row-time">{moment(line.updated)}</span>
                <span class="row-why">
                    <span class={`state ${state.tone}`}>
                        <span class="sign" aria-hidden="true">
                            {state.sign}
                        </span>
                        {state.word}
                    </span>
                    {decision && (
                        <span>
                            {decision.permitted
                                ? "Allowed ahead of time by "
                                : notRun.includes(line.state)
                                  ? "approved before by "
                                  : "by "}
                            <bdi>{names([...decision.with, decision.by])}</bdi>
                        </span>
                    )}
                    <span class="asker">
                        asked by <bdi>{line.asked_by}</bdi>
                    </span>
                    {line.narrowed && <span class="mark">changed</span>}
                </span>
            </button>
            {open && (
                <div class="entry">
                    <Whole line={line} />
                </div>
            )}
        </>
    );
}

function Decisions() {
    const [open, setOpen] = useState("");
    return (
        <Lines
            all={foundPast.value}
            keyOf={(line) => line.id}
            line={(line) => (
                <Line line={line} open={open === line.id} toggle={() => setOpen(open === line.id ? "" : line.id)} />
            )}
        />
    );
}

/** The journal behind the history: whether it is whole, and all of it as a file. */
function Journal() {
    const { busy, problem, run } = useWork();
    const [proof, setProof] = useState<{ intact: boolean; says: string } | null>(null);
    const check = () =>
        run(async () => {
            setProof(null);
            setProof(await api.journalProof());
        });
    const save = () =>
        run(async () => {
            const address = URL.createObjectURL(await journalFile());
            const link = Object.assign(document.createElement("a"), { href: address, download: "journal.jsonl" });
            link.click();
            setTimeout(() => URL.revokeObjectURL(address), 60_000);
        });
    return (
        <>
            <p class="hint buttons">
                <button type="button" class="quiet small" aria-disabled={busy} onClick={check}>
                    Check the journal
                </button>
                <button type="button" class="quiet small" aria-disabled={busy} onClick={save}>
                    Save the journal
                </button>
            </p>
            <div role="status">
                {proof && (
                    <p class={proof.intact ? "hint proof" : "problem proof"}>
                        <bdi>{proof.says}</bdi>
                    </p>
                )}
            </div>
            <Problem words={problem} />
        </>
    );
}

export function History() {
    useEffect(() => {
        watchPast(true);
        tryRefresh();
        return () => watchPast(false);
    }, []);
    const found = foundPast.value.length;
    const all = past.value.length;
    return (
        <section class="whole" aria-labelledby="history-title">
            <h2 id="history-title">History</h2>
            <Journal />
            {all > 0 && (
                <div class="filters" role="search">
                    <Search words={pastSearch} label="Search by name, id, digest or who decided" />
                    <div class="filter-row">
                        <Choose label="What was asked" all="All kinds" value={pastVerb} choices={pastVerbs.value} />
                        <Choose
                            label="What came of it"
                            all="Any outcome"
                            value={pastOutcome}
                            choices={outcomes.map(([key, word]) => [key, word])}
                        />
                        <Choose label="Who asked" all="Everyone" value={pastRequester} choices={pastRequesters.value} />
                    </div>
                </div>
            )}
            <p class="hint" role="status">
                {!pastWhole.value
                    ? "Looking\u2026"
                    : all === 0
                      ? "No earlier decisions."
                      : found < all
                        ? `${found} of ${all}.`
                        : `${all} in all.`}
            </p>
            <Decisions />
        </section>
    );
}
