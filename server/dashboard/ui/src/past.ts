// What was decided, as lines. Read only while it is looked at, and then no further than something may have changed.
import { computed, signal } from "@preact/signals";
import { api } from "./api";
import type { Past, State } from "./types";

export const past = signal<Past[]>([]);
/** All of it is here. */
export const pastWhole = signal(false);

let watched = false;
export const watchPast = (on: boolean) => void (watched = on);

/** What was asked before this was over at the last look. */
let settled = "";

const runs = (each: Past) => each.state === "approved" || each.state === "executing";

function merge(news: Past[]): void {
    const known = new Set(news.map((each) => each.id));
    past.value = [...news, ...past.value.filter((each) => !known.has(each.id))].sort(
        (a, b) => Number(runs(b)) - Number(runs(a)) || b.updated.localeCompare(a.updated) || b.created.localeCompare(a.created),
    );
}

/** `oldestWaiting`: when the first of those was asked that wait. */
export async function loadPast(oldestWaiting: string | undefined): Promise<void> {
    if (!watched) return;
    const until = pastWhole.value ? settled : "";
    const news: Past[] = [];
    for (let more = true; more; ) {
        const page = await api.history(news.at(-1)?.id ?? "");
        news.push(...page.rows);
        more = page.more && (news.at(-1)?.created ?? "") >= until;
        if (!pastWhole.value) merge(news);
    }
    merge(news);
    pastWhole.value = true;
    const newest = past.value.reduce((latest, each) => (each.created > latest ? each.created : latest), "");
    const open = [oldestWaiting, ...past.value.filter(runs).map((each) => each.created), newest || undefined];
    settled = open.filter((each) => each !== undefined).sort()[0] ?? "";
}

export function forgetPast(): void {
    past.value = [];
    pastWhole.value = false;
}

export const notRun: State[] = ["expired", "withdrawn", "superseded"];

export const outcomes: [string, string, State[]][] = [
    ["done", "Done", ["succeeded"]],
    ["denied", "Denied", ["denied"]],
    ["failed", "Failed or unknown", ["failed", "unknown"]],
    ["over", "Over without running", notRun],
    ["running", "Under way", ["approved", "executing"]],
];

export const pastSearch = signal("");
export const pastVerb = signal("");
export const pastOutcome = signal("");
export const pastRequester = signal("");

export const pastVerbs = computed(() => [...new Set(past.value.map((each) => each.verb))].sort());
export const pastRequesters = computed(() => [...new Set(past.value.map((each) => each.principal))].sort());

export const foundPast = computed(() => {
    const words = pastSearch.value.trim().toLowerCase();
    const states = outcomes.find(([key]) => key === pastOutcome.value)?.[2];
    const texts = (each: Past) => [each.subject, each.id, each.short_digest, each.decision?.by ?? "", ...(each.decision?.with ?? [])];
    return past.value.filter(
        (each) =>
            (!pastVerb.value || each.verb === pastVerb.value) &&
            (!pastRequester.value || each.principal === pastRequester.value) &&
            (!states || states.includes(each.state)) &&
            (!words || texts(each).some((text) => text.toLowerCase().includes(words))),
    );
});

/** The journal as `audit export` prints it. */
export async function journalFile(): Promise<Blob> {
    const lines: string[] = [];
    for (let from = 1, more = true; more; ) {
        const page = await api.journal(from);
        for (const record of page.records) lines.push(JSON.stringify(record) + "\n");
        from = (page.records.at(-1)?.sequence ?? from) + 1;
        more = page.more;
    }
    return new Blob(lines, { type: "application/jsonl" });
}
