// The page's words for states and places. What is asked comes with each request, in words of its own.
import { moment } from "./time";
import type { Approval, Assurance, Destination, Row, State } from "./types";

export const title = (approval: Approval) =>
    [approval.words.title, approval.facts.subject].filter(Boolean).join(" ");

export const rowTitle = (row: Row) => [row.title, row.subject].filter(Boolean).join(" ");

/** "a new token can do much." → "A new token can do much." */
export const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1).replace(/\.?$/, ".");

/** What comes of an approval. Its agent may be gone: without it only what was approved here for this page runs. */
export const whenItRuns = (approval: Approval) =>
    approval.runs_now
        ? "It runs now; its value will wait under Values."
        : `If the agent still waits, its call runs now; if not, the same call runs when it is repeated before ${moment(approval.request_expires_at)}.`;

/** How a request ended, for who was still typing: "Denied" by "ann" at a time. */
export function fate(approval: Approval): { word: string; by: string; at: string } {
    const { decision, state } = approval;
    if (state === "pending" || state === "expired") return { word: "Expired", by: "", at: approval.request_expires_at };
    if (decision && state !== "withdrawn" && state !== "superseded")
        return { word: decision.approved ? "Approved" : "Denied", by: decision.by, at: decision.at };
    return { word: state.charAt(0).toUpperCase() + state.slice(1), by: "", at: approval.updated };
}

/** A sign beside the word: the state is never told by colour alone. */
export const states: Record<State, { sign: string; word: string; tone: "wait" | "good" | "bad" | "quiet" }> =
    {
        pending: { sign: "?", word: "Waiting for a decision", tone: "wait" },
        approved: { sign: "\u2713", word: "Approved, waiting for the agent to go on", tone: "wait" },
        executing: { sign: "\u2026", word: "Approved, running now", tone: "wait" },
        succeeded: { sign: "\u2713", word: "Approved and done", tone: "good" },
        failed: { sign: "!", word: "Approved, but it failed", tone: "bad" },
        unknown: { sign: "?", word: "Approved, outcome unknown", tone: "bad" },
        denied: { sign: "\u00d7", word: "Denied, nothing was done", tone: "quiet" },
        expired: { sign: "\u2013", word: "Expired, nothing was done", tone: "quiet" },
        withdrawn: { sign: "\u2013", word: "Withdrawn, nothing was done", tone: "quiet" },
        superseded: { sign: "\u2013", word: "Superseded, nothing was done", tone: "quiet" },
    };

export const surely: Record<Assurance, string> = {
    client: "through the agent's own program (the weakest proof)",
    terminal: "in a terminal",
    signed_in: "signed in on this page",
    passkey: "with a passkey",
};

export const places: Record<Assurance, string> = {
    client: "agent's program",
    terminal: "terminal",
    signed_in: "page",
    passkey: "passkey",
};

export const destinations: Record<Destination, { word: string; more: string }> = {
    page: {
        word: "Show it here, once",
        more: "You see the value on this page. The agent gets a masked preview.",
    },
    agent: {
        word: "Give it to the agent, once",
        more: "The value enters the conversation: the agent, its program and its model provider will see it.",
    },
    none: { word: "Do not show it", more: "The token is created, and its value is wiped after ten minutes. To see it before, the agent has to ask again." },
};

/** What choosing it means; where several people approve, the first of them to open a value sees it. */
export const moreOf = (to: Destination, quorum: number): string =>
    to === "page" && quorum > 1
        ? "The first of you to open it sees the value, on this page. The agent gets a masked preview."
        : destinations[to].more;

/** What people say most when they deny: of a new token, whose value goes somewhere, and of one that is there. */
export const commonReasons = ({ destinations: { length } }: Approval) => [
    "Not needed.",
    ...(length > 0 ? ["Wrong name or owner.", "It should end earlier."] : ["Wrong token."]),
    "Ask me before you do this.",
];

export const shownIn: Record<Destination, string> = {
    page: "value for this page",
    agent: "value for the agent",
    none: "value not shown",
};

export const lostValue = "The value is lost: delete this token and create a new one.";

/** What became of a new token's value. */
export const values: Record<NonNullable<Approval["value"]>, string> = {
    held: "The value has not been shown yet.",
    elsewhere: "The value has not been shown yet; another process of this server holds it.",
    claimed: "The value was shown.",
    lapsed: `It was not shown within ten minutes. ${lostValue}`,
    lost: `The server stopped before it was shown. ${lostValue}`,
};
