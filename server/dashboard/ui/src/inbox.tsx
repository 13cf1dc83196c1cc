// What waits for a decision, as lines; the chosen one stands beside them.
import { useEffect, useRef } from "preact/hooks";
import {
    grouped,
    isFiltered,
    isGrouped,
    lines,
    matching,
    onlyRequester,
    onlySoon,
    onlyVerb,
    order,
    requesters,
    search,
    showAll,
    toggle,
    verbs,
    type Group,
    type Line as ListedLine,
} from "./filters";
import { Callers } from "./freeze";
import { addressOf, focusTitle, isWide } from "./nav";
import { Pane } from "./request";
import { Choose, Search } from "./search";
import { inbox, loaded, opened, selected, session, waiting, wanted, wantedProblem } from "./state";
import { ago, inMoments, left, moment, now } from "./time";
import { Sets } from "./together";
import { fate } from "./words";
import { Lines } from "./virtual";
import type { Row } from "./types";

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

function Filters() {
    return (
        <div class="filters" role="search">
            <Search words={search} label="Search by name, id or digest" />
            <div class="filter-row">
                <Choose label="What is asked" all="All kinds" value={onlyVerb} choices={verbs.value} />
                <Choose label="Who asks" all="Everyone" value={onlyRequester} choices={[...requesters.value.keys()]} />
                <button
                    type="button"
                    class="quiet small toggle"
                    aria-pressed={onlySoon.value}
                    onClick={() => (onlySoon.value = !onlySoon.value)}
                >
                    Expiring soon
                </button>
                {requesters.value.size > 1 && (
                    <button
                        type="button"
                        class="quiet small toggle"
                        aria-pressed={isGrouped.value}
                        onClick={() => (grouped.value = !isGrouped.value)}
                    >
                        By requester
                    </button>
                )}
            </div>
        </div>
    );
}

function Heading({ group }: { group: Group }) {
    return (
        <button type="button" class="group" aria-expanded={group.open} onClick={() => toggle(group.principal)}>
            <span aria-hidden="true">{group.open ? "\u25be" : "\u25b8"}</span>
            <bdi>{group.askedBy}</bdi>
            <span class="tally">{group.count}</span>
        </button>
    );
}

function TimeLeft({ row }: { row: Row }) {
    const ended = opened.value.get(row.id);
    const remaining = Date.parse(row.request_expires_at) - now.value;
    if (ended && (ended.state !== "pending" || remaining <= 0)) {
        return <span class="row-time over">{fate(ended).word}</span>;
    }
    return (
        <span class={remaining < 60_000 ? "row-time soon" : "row-time"} title={moment(row.request_expires_at)}>
            {left(remaining, true)}
            <span class="unseen"> left</span>
        </span>
    );
}

/** Of a request that is over, as it ended: its line was read before. */
const votersOf = (row: Row) => opened.value.get(row.id)?.votes.map((vote) => vote.by) ?? row.voters;

function Line({ row }: { row: Row }) {
    const voters = votersOf(row);
    return (
        <a
            id={`row-${row.id}`}
            class={row.danger ? "row dangerous" : "row"}
            href={addressOf(row.id)}
            aria-current={row.id === selected.value ? "true" : undefined}
            onClick={() => {
                wanted.value = null;
                focusTitle(row.id);
            }}
        >
            <span class="row-what">
                <span class="verb">{row.verb}</span> <bdi class="name">{row.subject || row.short_digest}</bdi>
            </span>
            <TimeLeft row={row} />
            <span class="row-why">
                <span class="asker">
                    <bdi>{row.asked_by}</bdi>
                </span>
                {row.risks.map((risk) => (
                    <span class="risk">{inMoments(risk)}</span>
                ))}
                {row.marked && <span class="risk">hidden characters</span>}
                {row.narrowed && <span class="mark">changed</span>}
                {row.quorum > 1 && (
                    <span class="mark">
                        {voters.length} of {row.quorum}
                        {voters.length > 0 && (
                            <>
                                {": "}
                                <bdi>{voters.join(", ")}</bdi>
                            </>
                        )}
                    </span>
                )}
                {!row.may_approve && (
                    <span class="mark">
                        {voters.includes(session.value?.person ?? "") ? "you approved" : "not yours to approve"}
                    </span>
                )}
            </span>
            <span class="row-age" title={moment(row.created)}>
                {ago(now.value - Date.parse(row.created))}
            </span>
        </a>
    );
}

const keyOf = (line: ListedLine) => ("row" in line ? line.row.id : `by ${line.group.principal}`);

function Waiting() {
    const all = lines.value;
    return (
        <Lines
            all={all}
            keyOf={keyOf}
            line={(line) => ("row" in line ? <Line row={line.row} /> : <Heading group={line.group} />)}
            place={all.findIndex((line) => "row" in line && line.row.id === selected.value)}
            follow={[selected.value, loaded.value]}
        />
    );
}

/** Something is open at first where there is room for it; it stays when it is over. */
function useFirst(open: string | null): void {
    const first = order.value[0]?.id ?? null;
    useEffect(() => {
        if (loaded.value && !open && !selected.value && first && isWide()) selected.value = first;
    }, [open, first, loaded.value, selected.value]);
}

export function Inbox({ open }: { open: string | null }) {
    const arrived = useRef(false);
    useFirst(open);
    useEffect(() => {
        if (!loaded.value || arrived.current) return;
        arrived.current = true;
        if (open) focusTitle(open);
        else document.getElementById("inbox-title")?.focus();
    }, [loaded.value]);
    const id = selected.value;
    const none = loaded.value && inbox.value.length === 0;
    return (
        <div class={`inbox${open ? " has-open" : ""}${none && !id ? " none" : ""}`}>
            <section class="list" aria-labelledby="inbox-title">
                <h2 id="inbox-title" tabIndex={-1}>
                    Waiting for you {waiting.value > 0 && <span class="count">{waiting.value}</span>}
                </h2>
                {wantedProblem.value && (
                    <p class="problem" role="alert">
                        {wantedProblem.value}
                    </p>
                )}
                <Callers />
                <Sets />
                {inbox.value.length > 0 && <Filters />}
                {!loaded.value && inbox.value.length === 0 && <p class="hint">Looking{"\u2026"}</p>}
                {none && <Empty />}
                {isFiltered.value && (
                    <p class="filtered" role="status">
                        {matching.value.length} of {inbox.value.length}.{" "}
                        <button type="button" class="link" onClick={showAll}>
                            Show all
                        </button>
                    </p>
                )}
                <Waiting />
            </section>
            {(id || !none) && (
                <div class="pane">
                    {id ? <Pane key={id} id={id} /> : loaded.value && <p class="nothing-open hint">Choose a request.</p>}
                </div>
            )}
        </div>
    );
}
