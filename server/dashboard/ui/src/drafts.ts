// What a person has typed into a request, kept while they look at another one, and when someone else decides on it.
import { signal } from "@preact/signals";

/** Requests into which this person has typed: they stay in the inbox when they are over. */
export const drafts = signal<ReadonlySet<string>>(new Set());
const texts = signal<ReadonlyMap<string, string>>(new Map());

export const isDraft = (id: string) => drafts.value.has(id);

export function keepDraft(id: string): void {
    if (!isDraft(id)) drafts.value = new Set([...drafts.value, id]);
}

/** Its texts go, too. */
export function dropDraft(id: string): void {
    drafts.value = new Set([...drafts.value].filter((each) => each !== id));
    texts.value = new Map([...texts.value].filter(([key]) => !key.startsWith(`${id} `)));
}

export function forgetDrafts(): void {
    drafts.value = new Set();
    texts.value = new Map();
}

/** What of it are words of their own: neither choices nor what form is open. */
export const typedInto = (id: string) =>
    [...texts.value]
        .filter(([key, text]) => key.startsWith(`${id} `) && !/ (to|denying)\b/.test(key) && text.trim())
        .map(([, text]) => text);

/** One field of a request; `what` names it, with the digest where another digest makes it void. */
export function useDraft(id: string, what: string, initial = ""): [string, (to: string) => void] {
    const key = `${id} ${what}`;
    return [
        texts.value.get(key) ?? initial,
        (to: string) => (texts.value = new Map([...texts.value, [key, to]])),
    ];
}
