// Keys for people who decide often. They can be switched off, and never act while one types.
import { signal } from "@preact/signals";
import { go, home } from "./nav";
import { step } from "./next";
import { setting } from "./settings";

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
    else if (key === "a") document.querySelector<HTMLElement>(".decision [data-key='a']")?.focus();
    else if (key === "d") document.querySelector<HTMLElement>(".decision [data-key='d']")?.click();
    else return false;
    return true;
}

/** Starts; the answer stops it. */
export function listen(): () => void {
    const pressed = (event: KeyboardEvent) => {
        if (!keys.on.value || event.ctrlKey || event.metaKey || event.altKey || field(event.target)) return;
        if (event.key === "Escape" && helpOpen.value) helpOpen.value = false;
        else if (act(event.key)) event.preventDefault();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
}
