// Which lines of the inbox are shown, in which groups.
import { computed, signal } from "@preact/signals";
import { inbox } from "./state";
import { now } from "./time";
import type { Row } from "./types";

export const search = signal("");
export const onlyVerb = signal("");
export const onlyRequester = signal("");
export const onlySoon = signal(false);
/** null: where one asks for many, and others ask, too. */
export const grouped = signal<boolean | null>(null);
const closed = signal<ReadonlySet<string>>(new Set());

const soon = 5 * 60_000;
/** So many of one caller are grouped, and warned of: half of what one may have open by default. */
export const many = 8;

export const verbs = computed(() => [...new Set(inbox.value.map((each) => each.verb))].sort());

/** Who asks, and for how many. */
export const requesters = computed(() => {
    const counts = new Map<string, number>();
    for (const { principal } of inbox.value) counts.set(principal, (counts.get(principal) ?? 0) + 1);
    return counts;
});

const fits = (row: Row, words: string) =>
    row.subject.toLowerCase().includes(words) ||
    row.id.includes(words) ||
    row.digest.includes(words) ||
    row.short_digest.toLowerCase().includes(words);

export const matching = computed(() => {
    const words = search.value.trim().toLowerCase();
    return inbox.value.filter(
        (row) =>
            (!onlyVerb.value || row.verb === onlyVerb.value) &&
            (!onlyRequester.value || row.principal === onlyRequester.value) &&
            (!onlySoon.value || Date.parse(row.request_expires_at) - now.value < soon) &&
            (!words || fits(row, words)),
    );
});

export const isFiltered = computed(
    () => search.value.trim() !== "" || onlyVerb.value !== "" || onlyRequester.value !== "" || onlySoon.value,
);

export function showAll(): void {
    search.value = onlyVerb.value = onlyRequester.value = "";
    onlySoon.value = false;
}

export const isGrouped = computed(
    () => grouped.value ?? (requesters.value.size > 1 && Math.max(...requesters.value.values()) >= many),
);

export interface Group {
    principal: string;
    askedBy: string;
    count: number;
    open: boolean;
}
export type Line = { group: Group } | { row: Row; place: number };

export const lines = computed<Line[]>(() => {
    if (!isGrouped.value) return matching.value.map((row, index) => ({ row, place: index + 1 }));
    const groups = new Map<string, Row[]>();
    for (const row of matching.value)
        groups.set(row.principal, [...(groups.get(row.principal) ?? []), row]);
    const all: Line[] = [];
    let place = 0;
    for (const [principal, members] of groups) {
        const open = !closed.value.has(principal);
        all.push({ group: { principal, askedBy: members[0]!.asked_by, count: members.length, open } });
        if (open) for (const row of members) all.push({ row, place: ++place });
    }
    return all;
});

/** The requests in the order in which they are shown. */
export const order = computed(() => lines.value.flatMap((line) => ("row" in line ? [line.row] : [])));

export function toggle(principal: string): void {
    const next = new Set(closed.value);
    if (!next.delete(principal)) next.add(principal);
    closed.value = next;
}
