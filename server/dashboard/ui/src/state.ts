// What the page knows, as signals. No token value is ever kept here.
import { computed, signal } from "@preact/signals";
import { api, Failure } from "./api";
import { announce } from "./announce";
import { title } from "./words";
import type { Approval, Permission, Reveal, Rotation, Session } from "./types";

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

const isPending = (each: Approval) => each.state === "pending" && Date.parse(each.expires) > now.value;

/** The one that the address names first, then in the order of arrival: a new one never moves what is under the pointer. */
export const pending = computed(() =>
    approvals.value
        .filter(isPending)
        .sort(
            (a, b) =>
                Number(b.id === wanted.value) - Number(a.id === wanted.value) ||
                a.created.localeCompare(b.created),
        ),
);
export const others = computed(() => approvals.value.filter((each) => !isPending(each)));

export function put(changed: Approval): void {
    approvals.value = approvals.value.map((each) => (each.id === changed.id ? changed : each));
}

function tellNews(before: Approval[], after: Approval[]): void {
    const known = new Set(before.map((each) => each.id));
    const fresh = after.filter((each) => each.state === "pending" && !known.has(each.id));
    if (fresh.length === 1 && fresh[0]) announce(`New request: ${title(fresh[0])}`);
    if (fresh.length > 1) announce(`${fresh.length} new requests`);
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
            api.list(),
            api.reveals(),
            api.permissions(),
            api.rotations(),
        ]);
        const list = await withWanted(listing.approvals);
        ahead.value = Date.parse(listing.now) - Date.now();
        if (loaded.value) tellNews(approvals.value, list);
        approvals.value = list;
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

export function forget(): void {
    approvals.value = [];
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
