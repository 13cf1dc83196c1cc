// What the server's JSON API sends. Every text from others arrives safe to look at.

export type State =
    | "pending"
    | "approved"
    | "executing"
    | "succeeded"
    | "failed"
    | "unknown"
    | "denied"
    | "expired"
    | "withdrawn"
    | "superseded";
export type Destination = "page" | "agent" | "none";
export type Assurance = "client" | "terminal" | "signed_in" | "passkey";

export interface Decision {
    approved: boolean;
    by: string;
    assurance: Assurance;
    at: string;
    reason: string;
    destination: Destination | null;
    /** The standing permission that it was given with. */
    permission: string | null;
    /** A denial that came with freezing the caller. */
    froze: boolean;
}

export interface Vote {
    by: string;
    assurance: Assurance;
    at: string;
    destination: Destination | null;
}

export interface Narrowing {
    by: string;
    at: string;
    argument: string;
    asked: string | null;
    approved: string;
}

export interface Approval {
    id: string;
    tool: string;
    /** What people are told it is. */
    words: { title: string; button: string; danger: boolean };
    /** Whether a standing permission can cover such calls. */
    may_be_permitted: boolean;
    token_kind?: TokenKind;
    state: State;
    created: string;
    /** When its state last changed. */
    updated: string;
    request_expires_at: string;
    facts: {
        subject: string;
        /** What is typed to approve: the subject, or a sentence; empty: nothing. */
        to_type: string;
        effect: string;
        shown: { label: string; value: string }[];
        warnings: string[];
    };
    /** What a rotation makes another; null where nothing is replaced. */
    differs: { label: string; before: string; after: string }[] | null;
    arguments: string;
    digest: string;
    short_digest: string;
    /** null where the tool takes none. */
    agent_reason: string | null;
    /** The request whose decision covers this one, too; empty: none. */
    follows: string;
    program: string;
    principal: string;
    /** The principal and, where that does not tell it, whose agent it is. */
    asked_by: string;
    client: string;
    because: string;
    min_assurance: Assurance;
    reason_required: boolean;
    destinations: Destination[];
    approvers: string[];
    quorum: number;
    votes: Vote[];
    self_approval: boolean;
    asked_by_person: string | null;
    narrowings: Narrowing[];
    /** Who gave it its time once more. */
    extended: { by: string; at: string } | null;
    /** For who is signed in; null where nothing waits. */
    may_decide: { approve: boolean; deny: boolean; why_not: string | null } | null;
    may_narrow: { name: boolean; expiration: boolean; team: boolean } | null;
    may_extend: boolean;
    marked: boolean;
    decision: Decision | null;
    outcome: { is_error: boolean; status: string | null; text: string | null } | null;
    /** With its value for the page, this server would begin it at once. */
    would_run: boolean;
    /** In the answer to an approval: this server has begun it. */
    runs_now?: boolean;
    /** What became of the value that it made, where it is asked for alone. */
    value?: "held" | "elsewhere" | "claimed" | "lapsed" | "lost" | null;
}

/** A waiting request as one line of the inbox. */
export interface Row {
    id: string;
    tool: string;
    title: string;
    verb: string;
    danger: boolean;
    /** Whether several can be decided on one screen: as a plan, or once each was opened. */
    together: "plan" | "opened" | "";
    subject: string;
    principal: string;
    asked_by: string;
    created: string;
    request_expires_at: string;
    digest: string;
    short_digest: string;
    risks: string[];
    quorum: number;
    voters: string[];
    narrowed: boolean;
    marked: boolean;
    may_approve: boolean;
}

/** A request that was decided, or whose time is over, as one line of the history. */
export interface Past {
    id: string;
    title: string;
    verb: string;
    danger: boolean;
    subject: string;
    principal: string;
    asked_by: string;
    short_digest: string;
    created: string;
    updated: string;
    state: State;
    narrowed: boolean;
    /** `with`: who approved it before. */
    decision: { approved: boolean; by: string; with: string[]; at: string; permitted: boolean } | null;
}

/** A page of the history, the newest request first. */
export interface Pasts {
    rows: Past[];
    more: boolean;
}

/** As the server keeps it; the next one's number is one more. */
export interface JournalRecord {
    sequence: number;
}

/** A caller that a person has stopped. */
export interface Freeze {
    principal: string;
    by: string;
    since: string;
    reason: string;
}

/** Someone who is enrolled. */
export interface Person {
    name: string;
    let_in_by: string | null;
    enrolled: string;
    confirmed: boolean;
    suspended: string | null;
}

export interface Invitation {
    person: string;
    invitation: string;
    until: string;
    /** What takes it in a terminal of this server's machine. */
    command: string;
}

/** Whom an invitation enrols; `by` is null for the first person. */
export interface Joining {
    person: string;
    by: string | null;
    until: string;
    passkey: ToMake;
}

export interface Joined {
    page_key: string;
    person: string;
    may_decide: boolean;
}

/** What the doctor says. */
export interface Checks {
    findings: { level: "ok" | "warning" | "broken"; what: string; why: string; todo: string | null }[];
    broken: number;
    warnings: number;
}

/** A page of the inbox, oldest first. */
export interface Rows {
    revision: number;
    now: string;
    rows: Row[];
    frozen: Freeze[];
    /** That come after these, and all that wait. */
    more: number;
    waiting: number;
}

export interface Session {
    signed_in: boolean;
    /** Someone is enrolled, or has a code. */
    can_sign_in: boolean;
    person: string | null;
    /** How many passkeys that person has for this page. */
    passkeys: number;
    server: string;
    /** Programs can ask to act for people. */
    programs: boolean;
    /** People can enter keys of their own to TrueFoundry. */
    own_key: boolean;
    /** TrueFoundry refuses the one that this person entered. */
    key_broken: boolean;
    /** The host of the identity provider at which people sign in, too. */
    provider: string | null;
    version: string;
    /** Where a code comes from: words, then the command that they end with. */
    sign_in_help: { words: string; command: string };
}

/** Nothing, to sign in; a passphrase, to connect the account there with who is signed in here; or to confirm that it is
 * still them. */
export interface ProviderWish {
    passphrase?: string;
    confirm?: true;
}

/** What a browser brings back from an identity provider. */
export interface ProviderAnswer {
    code: string;
    state: string;
    iss: string;
}

/** What a passkey is to sign, and what one is made for. */
export type ToSign = PublicKeyCredentialRequestOptionsJSON;
export type ToMake = PublicKeyCredentialCreationOptionsJSON;
/** Goes as JSON: its toJSON() has all that the server asks for. */
export interface Passkeyed {
    passkey: PublicKeyCredential;
}

export interface Passkey {
    id: string;
    name: string;
    host: string;
    for_here: boolean;
    created: string;
}

export interface Reveal {
    reveal_id: string;
    token_name: string;
    masked: string;
    until: string;
    /** Promised to the agent: the page is there in case it does not arrive. */
    for_agent: boolean;
    nonce: string;
}

/** A new token's value that this person chose to see, or promised to the agent, and that no one ever saw. */
export interface LostValue {
    /** Of the request. */
    id: string;
    token_name: string;
    how: "lapsed" | "lost";
}

/** Whose a new token is and what it is; empty: left out. */
export interface TokenKind {
    team: string;
    account: string;
    token_type: string;
}

export interface Permission {
    id: string;
    by: string;
    assurance: Assurance;
    words: string;
    principal: string;
    base_url: string;
    where: string;
    names: string;
    token_kind: string;
    longest_life: string;
    destination: Destination;
    reason: string;
    uses: number;
    used: number;
    given: string;
    until: string;
}

export interface Rotation {
    id: string;
    state: "waiting" | "due" | "deleting" | "done" | "kept";
    old: string;
    new: string;
    /** When the old token goes; null until somebody has the new value. */
    due: string | null;
    words: string;
    may_keep: boolean;
}

/** A token as TrueFoundry lists it: never its value. */
export interface Token {
    id: string;
    name: string;
    created_at: string | null;
    /** null: never. */
    expires_at: string | null;
    /** null: never, as far as is known. */
    last_used_at: string | null;
    expired: boolean;
    type: string | null;
    owner: string | null;
    remarks: string[];
}

export interface Tokens {
    tokens: Token[];
    /** That there are; of more than a thousand, the newest are here. */
    total: number;
    now: string;
}

export interface Health {
    connection: string;
    message: string;
    warnings: string[];
    base_url: string | null;
    key_set: boolean;
    key_expires_at: string | null;
    acts_as: string | null;
    approvals: string;
    journal: { writable: boolean; why: string | null };
    channels: {
        name: string;
        format: string;
        events: string[];
        dropped: number;
        /** Why the last notice was not delivered, and since when that is so. */
        trouble: string | null;
        since: string | null;
    }[];
    version: string;
}

/** What a part of a request is given. */
export interface Part {
    approval: Approval;
    /** Nothing can be decided now: the server does not answer. */
    cut: boolean;
    busy: boolean;
    /** `done` is told what the request is now. */
    run: (work: () => Promise<Approval>, done: (now: Approval) => void) => Promise<void>;
    complain: (problem: string) => void;
}
