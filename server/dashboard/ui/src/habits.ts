// How fast this person decides, for them to see: kept in this tab, told to no one.
import { signal } from "@preact/signals";

const stored = "tfy-pat-mcp-habits";
const fast = 2000;

interface Habits {
    /** Decisions within two seconds after their request was shown. */
    quick: number;
    /** Approvals since the last denial. */
    row: number;
}

export const habits = signal<Habits>({ quick: 0, row: 0, ...JSON.parse(sessionStorage.getItem(stored) ?? "{}") });

/** When each request was first shown in full, by its digest. */
const shown = signal<ReadonlyMap<string, number>>(new Map());

export function look(digest: string): void {
    if (!looked(digest)) shown.value = new Map([...shown.value, [digest, performance.now()]]);
}
export const looked = (digest: string) => shown.value.has(digest);

export function decided(digest: string, approved: boolean): void {
    const { quick, row } = habits.value;
    const since = performance.now() - (shown.value.get(digest) ?? 0);
    habits.value = { quick: quick + Number(since < fast), row: approved ? row + 1 : 0 };
    sessionStorage.setItem(stored, JSON.stringify(habits.value));
}

export function forgetHabits(): void {
    habits.value = { quick: 0, row: 0 };
    sessionStorage.removeItem(stored);
}
