// Keys for people who decide often. They can be switched off, and never act while one types.
import { signal } from "@preact/signals";
import { go, home } from "./nav";
import { step } from "./next";
import { setting } from "./settings";
import { selected } from "./state";

export const keys = setting("keys", true);
export const helpOpen = signal(false);

export const keyWords: [string, string][] = [
    ["j, k", "next, previous request"],
    ["Enter", "open the request"],
    ["a", "approve: goes to the field or the button"],
    ["d", "deny: asks for the reason; Ctrl+Enter sends it"],
    ["/", "search"],
    ["g, then i, v, t, h, p, r, e or s", "inbox, values, tokens, history, permissions, rotations, people (enrolled), health (status)"],
    ["?", "this list"],
    ["Esc", "back, or close"],
];

const places: Record<string, string> = {
    i: home,
    v: `${home}/values`,
    t: `${home}/tokens`,
    h: `${home}/history`,
    p: `${home}/permissions`,
    r: `${home}/rotations`,
    e: `${home}/people`,
    s: `${home}/health`,
};

const field = (target: EventTarget | null) =>
    target instanceof HTMLElement &&
    (target.matches("textarea, select, input:not([type='radio'])") || target.isContentEditable);

/** A key asked for another view: its heading takes the focus. */
export const viewWanted = signal(false);

let leading = -Infinity; // when "g" was pressed

/** "a" or "d" for a request that is still being fetched, and what was typed since: it goes into the field that this opens, and is
 * no key of its own. */
interface Awaited {
    id: string;
    key: "a" | "d";
    typed: string;
    /** Frames since the decision was there. */
    frames: number;
}

let awaited: Awaited | null = null;

const decisionOn = (id: string) =>
    document.querySelector<HTMLElement>(`.request[aria-labelledby="title-${id}"] .decision`);

function decide(decision: HTMLElement, key: "a" | "d"): void {
    const part = decision.querySelector<HTMLElement>(`[data-key="${key}"]`);
    if (key === "a") part?.focus();
    else part?.click();
}

function insert(into: Element | null, text: string): void {
    if (!(into instanceof HTMLInputElement || into instanceof HTMLTextAreaElement) || !text) return;
    into.setRangeText(text, into.selectionStart ?? 0, into.selectionEnd ?? 0, "end");
    into.dispatchEvent(new Event("input", { bubbles: true }));
}

function follow(): void {
    if (!awaited) return;
    const decision = decisionOn(awaited.id);
    const failed = !decision && document.querySelector(".nothing-open .problem");
    if (selected.value !== awaited.id || failed || awaited.frames > 10) awaited = null; // or it opens no field
    else if (decision?.contains(document.activeElement) && field(document.activeElement)) flush();
    else if (decision && awaited.frames++ === 0) decide(decision, awaited.key);
    if (awaited) requestAnimationFrame(follow);
}

function flush(): void {
    const text = awaited?.typed ?? "";
    awaited = null;
    insert(document.activeElement, text);
}

/** Whether this press belongs to what is awaited. */
function gathered(event: KeyboardEvent): boolean {
    if (!awaited) return false;
    if (field(event.target)) {
        flush();
        return false;
    }
    if (event.key === "Escape") awaited = null;
    else if (event.key === "Backspace") awaited.typed = awaited.typed.slice(0, -1);
    else if (event.key.length === 1) awaited.typed += event.key;
    event.preventDefault();
    return true;
}

function toDecision(key: "a" | "d"): void {
    const id = selected.value;
    if (!id) return;
    const decision = decisionOn(id);
    if (decision) return decide(decision, key);
    awaited = { id, key, typed: "", frames: 0 };
    requestAnimationFrame(follow);
}

function act(key: string): boolean {
    if (performance.now() - leading < 1500) {
        leading = -Infinity;
        const place = places[key];
        if (place) go(place);
        if (place && place !== home) viewWanted.value = true;
        return place !== undefined;
    }
    if (key === "g") leading = performance.now();
    else if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (key === "?") helpOpen.value = !helpOpen.value;
    else if (key === "/") document.getElementById("search")?.focus();
    else if (key === "a" || key === "d") toDecision(key);
    else return false;
    return true;
}

/** Starts; the answer stops it. */
export function listen(): () => void {
    const pressed = (event: KeyboardEvent) => {
        if (!keys.on.value || event.ctrlKey || event.metaKey || event.altKey || gathered(event) || field(event.target))
            return;
        if (event.key === "Escape" && helpOpen.value) helpOpen.value = false;
        else if (act(event.key)) event.preventDefault();
    };
    addEventListener("keydown", pressed);
    return () => {
        awaited = null;
        removeEventListener("keydown", pressed);
    };
}
