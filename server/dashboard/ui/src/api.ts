// The server's JSON API. Every failure becomes a Failure with a sentence for the person.
import { keepPageKey, pageKey } from "./page_key";
import type { Approval, Checks, Destination, Health, Invitation, Joined, Joining, JournalRecord, LostValue, Passkey, Passkeyed, Pasts, Permission, Person, ProviderAnswer, ProviderWish, Reveal, Rotation, Rows, Session, Tokens, ToMake, ToSign } from "./types";

const base = "/approvals/api/";

export class Failure extends Error {
    constructor(
        readonly status: number,
        message: string,
    ) {
        super(message);
    }
}

/** Milliseconds that an answer may take: one that was lost must not hold up those that follow. */
const usual = 10_000;
const long = 120_000;

const silent = () =>
    new Failure(0, "The server did not answer. Nothing is known to have changed. Is it still running?");

/** Is told what the server says when a person's own action meets the end of their session. */
export const over = { tell: (_words: string): unknown => undefined };

async function call(path: string, init: RequestInit = {}, patience = long): Promise<Response> {
    let response: Response;
    try {
        response = await fetch(base + path, {
            signal: AbortSignal.timeout(patience),
            ...init,
            headers: { ...init.headers, ...(pageKey() && { "X-Page-Key": pageKey() }) },
            credentials: "omit",
            cache: "no-store",
            redirect: "error",
        });
    } catch {
        throw silent();
    }
    if (response.ok) return response;
    const body: unknown = await response.json().catch(() => null);
    const said = (body as { error?: { message?: unknown } } | null)?.error?.message;
    const words = typeof said === "string" ? said : `The server answered ${response.status}.`;
    if (response.status === 401 && init.method) over.tell(words);
    throw new Failure(response.status, words);
}

/** What an answer says; it may still be lost half-way. */
const read = <T,>(response: Response) =>
    response.json().catch(() => {
        throw silent();
    }) as Promise<T>;

export const get = async <T,>(path: string, patience = usual) => read<T>(await call(path, {}, patience));

export function post(path: string, body: object): Promise<Response> {
    const headers = { "Content-Type": "application/json" };
    return call(path, { method: "POST", headers, body: JSON.stringify(body) });
}

export const ask = async <T,>(path: string, body: object) => read<T>(await post(path, body));

/** Ends with the stream. `heard` is told of all that comes, `news` of what is more than a sign of life. */
async function events(news: () => void, heard: () => void, signal: AbortSignal): Promise<void> {
    const response = await call("events", { signal });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        heard();
        text += value;
        const end = text.lastIndexOf("\n\n");
        if (end < 0) continue;
        const whole = text.slice(0, end);
        text = text.slice(end);
        if (/^data: *\S/m.test(whole)) news();
    }
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
    team: string;
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

/** How a person shows who they are. */
export type Proof = { code: string } | { name: string; passphrase: string } | Passkeyed | ProviderAnswer;

export const api = {
    session: () => get<Session>("session"),
    /** Who came back to confirm stays signed in as they were, and gets a proof. */
    signIn: async (proof: Proof) => {
        const address = "state" in proof ? "sign-in/provider/answer" : "sign-in";
        const came = await ask<{ page_key: string } | { proof: string }>(address, proof);
        if ("proof" in came) return came.proof;
        keepPageKey(came.page_key);
        return "";
    },
    beginAtProvider: (wish: ProviderWish) => ask<{ address: string; state: string }>("sign-in/provider", wish),
    signOut: async () => {
        await post("sign-out", {});
        keepPageKey("");
    },
    events,
    rows: (after: string) => get<Rows>(after ? `rows?after=${encodeURIComponent(after)}` : "rows"),
    history: (before: string) =>
        get<Pasts>(before ? `history?before=${encodeURIComponent(before)}` : "history"),
    journal: (from: number) => get<{ records: JournalRecord[]; more: boolean }>(`journal?from=${from}`),
    journalProof: () => get<{ intact: boolean; says: string }>("journal/proof", long),
    tokens: () => get<Tokens>("tokens", long),
    health: () => get<Health>("health", long),
    one: (id: string) => get<Approval>(`approvals/${encodeURIComponent(id)}`),
    lost: async () => (await get<{ lost: LostValue[] }>("reveals/lost")).lost,
    reveals: async () => (await get<{ reveals: Reveal[] }>("reveals")).reveals,
    toSign: (id: string, wish: object) => ask<ToSign>(`approvals/${id}/sign`, wish),
    toSignIn: () => ask<ToSign>("sign-in/passkey", {}),
    passkeys: async () => (await get<{ passkeys: Passkey[] }>("passkeys")).passkeys,
    toConfirm: () => ask<ToSign>("passkeys/confirm", {}),
    newPasskey: (proof: { passphrase: string } | { proof: string } | Passkeyed) => ask<ToMake>("passkeys/new", proof),
    whoseCode: (code: string) => ask<{ person: string }>("sign-in/whose", { code }),
    invitation: (code: string) => ask<Joining>("invitation", { code }),
    join: async (proof: object) => {
        const joined = await ask<Joined>("join", proof);
        keepPageKey(joined.page_key);
        return joined;
    },
    addPasskey: (made: object) => post("passkeys", made),
    removePasskey: (id: string) => post(`passkeys/${id}/remove`, {}),
    approve: (id: string, choice: Choice & Partial<Passkeyed>) =>
        ask<Approval>(`approvals/${id}/approve`, choice),
    deny: (id: string, denial: object) => ask<Approval>(`approvals/${id}/deny`, denial),
    narrow: (id: string, change: Change) => ask<Approval>(`approvals/${id}/narrow`, change),
    extend: (id: string) => ask<Approval>(`approvals/${id}/extend`, {}),
    permissions: () => get<{ permissions: Permission[]; given_for: string }>("permissions"),
    permit: (permit: Permit) => ask<Permission>("permissions", permit),
    revoke: (id: string) => post(`permissions/${id}/revoke`, {}),
    freeze: (principal: string, reason: string) => ask<{ stopped: number }>("freeze", { principal, reason }),
    people: () => get<{ people: Person[]; be_first: string }>("people"),
    invite: (name: string) => ask<Invitation>("people", { name }),
    confirm: (name: string) => post("people/confirm", { name }),
    suspend: (name: string) => ask<{ ended: string }>("people/suspend", { name }),
    checks: () => get<Checks>("checks", long),
    unfreeze: (principal: string) => post("unfreeze", { principal }),
    rotations: async () => (await get<{ rotations: Rotation[] }>("rotations")).rotations,
    keep: (id: string) => ask<Rotation>(`rotations/${id}/keep`, {}),
    reveal: async (id: string, nonce: string) => (await ask<{ value: string }>(`reveals/${id}`, { nonce })).value,
};
