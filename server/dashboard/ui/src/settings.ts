// What a person switches on and off: kept in this browser, told to no one.
import { signal } from "@preact/signals";

export function setting(name: string, usual: boolean) {
    const stored = `tfy-pat-mcp-${name}`;
    const on = signal((localStorage.getItem(stored) ?? (usual ? "on" : "off")) === "on");
    const turn = (to: boolean) => {
        on.value = to;
        localStorage.setItem(stored, to ? "on" : "off");
    };
    return { on, turn };
}
