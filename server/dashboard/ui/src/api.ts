// The server's JSON API. Every failure becomes a Failure with a sentence for the person.
import type { Approval, Destination, JournalRecord, Pasts, Permission, Reveal, Rotation, Rows, Session } from "./types";

const base = "/approvals/api/";

export class Failure extends Error {
    constructor(
        readonly status: number,
        message: string,
    ) {
        super(message);
    }
}

async function call(path: string, init: RequestInit = {}): Promise<Response> {
    let response: Response;
    try {
        response = await fetch(base + path, {
            ...init,
            credentials: "same-origin",
            cache: "no-store",
            redirect: "error",
        });
    } catch {
        throw new Failure(
            0,
            "The server did not answer. Nothing is known to have changed. Is it still running?",
        );
    }
    if (response.ok) return response;
    const body: unknown = await response.json().catch(() => null);
    const said = (body as { error?: { message?: unknown } } | null)?.error?.message;
    throw new Failure(
        response.status,
        typeof said === "string" ? said : `The server answered ${response.status}.`,
    );
}

async function get<T>(path: string): Promise<T> {
    return (await (await call(path)).json()) as T;
}

function post(path: string, body: object, csrf: string | null = null): Promise<Response> {
    const headers: Record<string, string> = { "Content-Type": "application/json" };
    if (csrf) headers["X-CSRF-Token"] = csrf;
    return call(path, { method: "POST", headers, body: JSON.stringify(body) });
}

export interface Choice {
    digest: string;
    typed_name: string;
    destination: Destination | "";
    reason: string;
}

export interface Change {
    digest: string;
    name: string;
    expiration: string;
}

export interface Permit {
    principal: string;
    names: string;
    team: string;
    account: string;
    token_type: string;
    uses: number;
    longest_life: string;
    lasts: string;
    destination: Destination;
    reason: string;
}

export const api = {
    session: () => get<Session>("session"),
    signIn: (code: string) => post("sign-in", { code }),
    signOut: (csrf: string) => post("sign-out", {}, csrf),
    rows: (after: string) => get<Rows>(after ? `rows?after=${encodeURIComponent(after)}` : "rows"),
    history: (before: string) =>
        get<Pasts>(before ? `history?before=${encodeURIComponent(before)}` : "history"),
    journal: (from: number) => get<{ records: JournalRecord[]; more: boolean }>(`journal?from=${from}`),
    one: (id: string) => get<Approval>(`approvals/${encodeURIComponent(id)}`),
    reveals: async () => (await get<{ reveals: Reveal[] }>("reveals")).reveals,
    approve: async (id: string, choice: Choice, csrf: string) =>
        (await (await post(`approvals/${id}/approve`, choice, csrf)).json()) as Approval,
    deny: async (id: string, reason: string, csrf: string) =>
        (await (await post(`approvals/${id}/deny`, { reason }, csrf)).json()) as Approval,
    narrow: async (id: string, change: Change, csrf: string) =>
        (await (await post(`approvals/${id}/narrow`, change, csrf)).json()) as Approval,
    permissions: () => get<{ permissions: Permission[]; given_for: string }>("permissions"),
    permit: async (permit: Permit, csrf: string) =>
        (await (await post("permissions", permit, csrf)).json()) as Permission,
    revoke: (id: string, csrf: string) => post(`permissions/${id}/revoke`, {}, csrf),
    rotations: async () => (await get<{ rotations: Rotation[] }>("rotations")).rotations,
    keep: async (id: string, csrf: string) =>
        (await (await post(`rotations/${id}/keep`, {}, csrf)).json()) as Rotation,
    reveal: async (id: string, nonce: string, csrf: string) =>
        ((await (await post(`reveals/${id}`, { nonce }, csrf)).json()) as { value: string }).value,
};

export const eventsAddress = base + "events";
