// What the page knows, as signals. No token value is ever kept here.
import { computed, effect, signal } from "@preact/signals";
import { api, Failure, over, type Proof } from "./api";
import { announce } from "./announce";
import { forgetHabits } from "./habits";
import { keepPageKey, pageKey, tabs } from "./page_key";
import { dropDraft, drafts, forgetDrafts, isDraft } from "./drafts";
import { forgetPast, loadPast } from "./past";
import { ahead, now } from "./time";
import { rowTitle } from "./words";
import type { Approval, Freeze, Permission, Reveal, Rotation, Row, Session } from "./types";

export const session = signal<Session | null>(null);
/** Why the sign-in form is there, or what was wrong with a try. */
export const signInProblem = signal("");
/** The proof that the identity provider has confirmed who this is: it counts for five minutes. */
export const confirmed = signal("");
/** All that wait, as lines, in the order of arrival: a new one never moves what is under the pointer. */
export const rows = signal<Row[]>([]);
export const waiting = signal(0);
/** Callers that people have stopped. */
export const frozen = signal<Freeze[]>([]);
/** Requests in full: those that were opened. */
export const opened = signal<ReadonlyMap<string, Approval>>(new Map());
export const reveals = signal<Reveal[]>([]);
/** How many of them people chose to see here. */
export const toSave = computed(() => reveals.value.filter((each) => !each.for_agent).length);
export const permissions = signal<Permission[]>([]);
/** Which control plane and whose key new permissions are for, in words. */
export const givenFor = signal("");
export const rotations = signal<Rotation[]>([]);
export const loaded = signal(false);
/** All but the inbox, which comes first. */
export const restLoaded = signal(false);
/** How often the server has told all of that. */
export const readings = signal(0);
export const connection = signal<"connecting" | "live" | "reconnecting" | "offline">("connecting");

/** Requests that are shown in full beside the selected one. */
export const alsoShown = signal<readonly string[]>([]);
/** The request that is shown beside the inbox; the one that a link led to. */
export const selected = signal<string | null>(null);
export const wanted = signal<string | null>(
    location.pathname.match(/^\/approvals\/(apr_[a-z0-9]+)$/)?.[1] ?? null,
);
export const wantedProblem = signal("");

export const isPending = (each: Approval) =>
    each.state === "pending" && Date.parse(each.request_expires_at) > now.value;

/** Lines of requests that are over and stay in view, where they were: what one looks at or has typed into. */
const kept = signal<Row[]>([]);
export const inbox = computed(() => {
    const waits = rows.value.filter((each) => Date.parse(each.request_expires_at) > now.value || stays(each.id));
    const known = new Set(waits.map((each) => each.id));
    const over = kept.value.filter((each) => stays(each.id) && !known.has(each.id));
    return over.length === 0
        ? waits
        : [...waits, ...over].sort((a, b) => a.created.localeCompare(b.created));
});
const stays = (id: string) => id === selected.value || isDraft(id);

export function put(changed: Approval): void {
    opened.value = new Map([...opened.value, [changed.id, changed]]);
}

/** This person has decided on it: its line goes at once. */
export function leaveInbox(id: string): void {
    dropDraft(id);
    rows.value = rows.value.filter((each) => each.id !== id);
    kept.value = kept.value.filter((each) => each.id !== id);
}

/** What else tells of new requests; the page sets it. */
export const besides = { tell: (_fresh: Row[]): void => {} };

function tellNews(before: Row[], after: Row[]): void {
    const known = new Set(before.map((each) => each.id));
    const fresh = after.filter((each) => !known.has(each.id));
    if (fresh.length === 1 && fresh[0]) announce(`New request: ${rowTitle(fresh[0])}`);
    if (fresh.length > 1) announce(`${fresh.length} new requests`);
    besides.tell(fresh);
}

function show(list: Row[]): void {
    const still = new Set(list.map((each) => each.id));
    const gone = inbox.value.filter((each) => stays(each.id) && !still.has(each.id));
    kept.value = gone;
    rows.value = list;
}

/** All lines, page by page; the first page is shown before the others are there. */
async function loadRows(): Promise<void> {
    const before = rows.value;
    const list: Row[] = [];
    let more = 1;
    while (more > 0) {
        const page = await api.rows(list.at(-1)?.id ?? "");
        ahead.value = Date.parse(page.now) - Date.now();
        list.push(...page.rows);
        more = page.rows.length > 0 ? page.more : 0;
        if (!loaded.value && more > 0) show(list);
        waiting.value = page.waiting;
        frozen.value = page.frozen;
    }
    if (loaded.value) tellNews(before, list);
    show(list);
    waiting.value = list.length;
    loaded.value = true;
}

/** What is shown in full, as it is now. */
export async function load(id: string): Promise<void> {
    try {
        put(await api.one(id));
    } catch (failure) {
        if (!(failure instanceof Failure) || failure.status !== 404) throw failure;
        wantedProblem.value =
            "The request of this link is not here. It may belong to another server, or to a state folder that is gone.";
        if (selected.value === id) selected.value = null;
    }
}

const goesOn = new Set<Approval["state"]>(["pending", "approved", "executing"]);

/** Its state may change, or what becomes of its value. */
const mayChange = (each?: Approval) => !each || goesOn.has(each.state) || /^(held|else)/.test(each.value ?? "");

const loadOpened = () =>
    Promise.all(
        [...new Set([...drafts.value, ...alsoShown.value, ...(selected.value ? [selected.value] : [])])].map(
            (id) => mayChange(opened.value.get(id)) && load(id),
        ),
    );

async function loadRest(): Promise<void> {
    const [held, allowed, rotating] = await Promise.all([
        api.reveals(),
        api.permissions(),
        api.rotations(),
    ]);
    reveals.value = held;
    permissions.value = allowed.permissions;
    givenFor.value = allowed.given_for;
    rotations.value = rotating;
    restLoaded.value = true;
    readings.value += 1;
}

let reading: Promise<void> | null = null;
let following: Promise<void> | null = null;

/** Reads everything anew. Asked for again meanwhile, it gives the next reading, which all share. */
export function refresh(): Promise<void> {
    if (!reading) return (reading = readAll().finally(() => (reading = null)));
    following ??= reading
        .catch(() => undefined)
        .then(() => {
            following = null;
            return refresh();
        });
    return following;
}

/** The same where the page has other ways to notice that it failed. */
export const tryRefresh = () => void refresh().catch(() => undefined);

/** A 401 leads back to the sign-in, which says why. */
async function leave(why: string): Promise<void> {
    if (pageKey()) signInProblem.value = why;
    forget();
    session.value = await api.session();
}

/** Another tab has signed out: with the same key, this one is over, too. */
tabs.addEventListener("message", ({ data }) => data === "left" && pageKey() && tryRefresh());

over.tell = (words) => leave(words).catch(() => undefined);

async function readAll(): Promise<void> {
    try {
        await loadRows();
        await loadOpened();
        await loadRest();
        await loadPast(rows.value[0]?.created);
    } catch (failure) {
        if (!(failure instanceof Failure) || failure.status !== 401) throw failure;
        await leave(failure.message);
    }
}

export function forget(): void {
    keepPageKey("");
    rows.value = [];
    kept.value = [];
    waiting.value = 0;
    opened.value = new Map();
    forgetPast();
    forgetHabits();
    frozen.value = [];
    reveals.value = [];
    permissions.value = [];
    rotations.value = [];
    loaded.value = restLoaded.value = false;
}

/** What someone typed is there again when they sign in again in this tab; no one else sees it. */
let writer = "";
effect(() => {
    const person = session.value?.person;
    if (!person || person === writer) return;
    writer = person;
    forgetDrafts();
});

export async function signIn(proof: Proof): Promise<void> {
    confirmed.value = await api.signIn(proof);
    signInProblem.value = "";
    session.value = await api.session();
}

export async function signOut(): Promise<void> {
    await api.signOut();
    tabs.postMessage("left");
    forget();
    forgetDrafts();
    session.value = await api.session();
}
