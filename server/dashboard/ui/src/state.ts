// What the page knows, as signals. No token value is ever kept here.
import { computed, signal } from "@preact/signals";
import { api, Failure } from "./api";
import { announce } from "./announce";
import { title } from "./words";
import type { Approval, Listing, Permission, Reveal, Rotation, Session } from "./types";

export const session = signal<Session | null>(null);
export const approvals = signal<Approval[]>([]);
export const reveals = signal<Reveal[]>([]);
export const permissions = signal<Permission[]>([]);
export const rotations = signal<Rotation[]>([]);
export const loaded = signal(false);
export const connection = signal<"live" | "reconnecting" | "offline">("reconnecting");

/** The server's clock, as this browser's clock and the difference to it tell it. */
const ahead = signal(0);
const tick = signal(Date.now());
export const now = computed(() => tick.value + ahead.value);
setInterval(() => (tick.value = Date.now()), 1000);

/** The request that the address names: /approvals/apr_… */
const named = location.pathname.match(/^\/approvals\/(apr_[a-z0-9]+)$/)?.[1] ?? null;
export const wanted = signal<string | null>(named);
export const wantedProblem = signal("");

export const isPending = (each: Approval) =>
    each.state === "pending" && Date.parse(each.expires) > now.value;

/** Requests into which this person has typed: they stay where they are when somebody else decides on them. */
const drafts = signal<ReadonlySet<string>>(new Set());
const isDraft = (each: Approval) => drafts.value.has(each.id);

export function keepDraft(id: string): void {
    if (!drafts.value.has(id)) drafts.value = new Set([...drafts.value, id]);
}

export function dropDraft(id: string): void {
    drafts.value = new Set([...drafts.value].filter((each) => each !== id));
}

/** The one that the address names first, then in the order of arrival: a new one never moves what is under the pointer. */
export const inbox = computed(() =>
    approvals.value
        .filter((each) => isPending(each) || isDraft(each))
        .sort(
            (a, b) =>
                Number(b.id === wanted.value) - Number(a.id === wanted.value) ||
                a.created.localeCompare(b.created),
        ),
);
export const others = computed(() => approvals.value.filter((each) => !isPending(each) && !isDraft(each)));

/** That wait and are not loaded; and all that wait. */
export const hidden = signal(0);
export const waiting = computed(() => inbox.value.filter(isPending).length + hidden.value);
let pages = 1;

export function put(changed: Approval): void {
    approvals.value = approvals.value.map((each) => (each.id === changed.id ? changed : each));
}

function tellNews(before: Approval[], after: Approval[]): void {
    const known = new Set(before.map((each) => each.id));
    const fresh = after.filter((each) => each.state === "pending" && !known.has(each.id));
    if (fresh.length === 1 && fresh[0]) announce(`New request: ${title(fresh[0])}`);
    if (fresh.length > 1) announce(`${fresh.length} new requests`);
}

const lastWaiting = (listing: Listing) => listing.approvals.findLast((each) => each.state === "pending");

/** As many pages of what waits as this person has asked for, and what was decided. */
async function loadPages(): Promise<Listing> {
    const first = await api.list();
    const found = new Map(first.approvals.map((each) => [each.id, each]));
    let last = lastWaiting(first);
    let more = first.more;
    for (let page = 1; page < pages && more > 0 && last; ++page) {
        const next = await api.listAfter(last.id);
        for (const each of next.approvals) found.set(each.id, each);
        last = lastWaiting(next);
        more = next.more;
    }
    return { ...first, approvals: [...found.values()], more };
}

/** With what became of the requests that this person was typing into. */
async function withDrafts(list: Approval[]): Promise<Approval[]> {
    const gone = approvals.value.filter((each) => isDraft(each) && !list.some((one) => one.id === each.id));
    return [...list, ...(await Promise.all(gone.map((each) => api.one(each.id))))];
}

async function withWanted(list: Approval[]): Promise<Approval[]> {
    const id = wanted.value;
    if (!id || list.some((each) => each.id === id)) return list;
    try {
        return [...list, await api.one(id)];
    } catch (failure) {
        if (!(failure instanceof Failure) || failure.status !== 404) throw failure;
        wantedProblem.value =
            "The request of this link is not here. It may belong to another server, or to a state folder that is gone.";
        wanted.value = null;
        return list;
    }
}

/** Reads everything anew. A 401 leads back to the sign-in. */
export async function refresh(): Promise<void> {
    try {
        const [listing, held, allowed, rotating] = await Promise.all([
            loadPages(),
            api.reveals(),
            api.permissions(),
            api.rotations(),
        ]);
        const list = await withDrafts(await withWanted(listing.approvals));
        ahead.value = Date.parse(listing.now) - Date.now();
        if (loaded.value) tellNews(approvals.value, list);
        approvals.value = list;
        hidden.value = Math.max(
            0,
            listing.waiting - list.filter((each) => each.state === "pending").length,
        );
        reveals.value = held;
        permissions.value = allowed;
        rotations.value = rotating;
        loaded.value = true;
    } catch (failure) {
        if (!(failure instanceof Failure) || failure.status !== 401) throw failure;
        forget();
        session.value = await api.session();
    }
}

/** The next page of what waits; gives the first request that was not there before. */
export async function showMore(): Promise<Approval | undefined> {
    const known = new Set(inbox.value.map((each) => each.id));
    ++pages;
    await refresh();
    return inbox.value.find((each) => !known.has(each.id));
}

export function forget(): void {
    approvals.value = [];
    drafts.value = new Set();
    hidden.value = 0;
    pages = 1;
    reveals.value = [];
    permissions.value = [];
    rotations.value = [];
    loaded.value = false;
}

export async function signIn(code: string): Promise<void> {
    await api.signIn(code);
    session.value = await api.session();
}

export async function signOut(): Promise<void> {
    await api.signOut(session.value?.csrf ?? "");
    forget();
    session.value = await api.session();
}
