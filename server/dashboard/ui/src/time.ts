// Times for people: with the zone, and how long is left.
import { computed, signal } from "@preact/signals";

/** How far the server's clock is ahead of this browser's, in milliseconds. */
export const ahead = signal(0);
const tick = signal(Date.now());
/** The server's clock. */
export const now = computed(() => tick.value + ahead.value);
const beat = () => (tick.value = Date.now());
setInterval(beat, 1000);
document.addEventListener("visibilitychange", beat); // a hidden tab is told the time once a minute

const full = new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
});

const short = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZoneName: "short" });

const dayOf = (time: string | number) => new Date(time).toDateString();
const today = computed(() => dayOf(now.value));

/** "29 Nov 2026, 09:14 CET" */
export const moment = (iso: string) => full.format(new Date(iso));
const inDays = (days: number) => (days === 1 ? "1 day" : `${days} days`);
/** The server's "2026-11-29 08:14 UTC" within a text, as moment() has it. */
export const inMoments = (text: string) =>
    text.replace(/\b(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC\b/g, (_, day, time) => moment(`${day}T${time}Z`));
/** "09:14 CET" of today; of another day with that. */
export const clock = (iso: string) => (dayOf(iso) === today.value ? short.format(new Date(iso)) : moment(iso));

/** "6 days 23 h", "5 h 2 min", "14 min 59 s", "0 s"; roughly: "6 days", "1 day 7 h", "5 h", "14 min". */
export function left(milliseconds: number, roughly = false): string {
    const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
    const days = Math.floor(seconds / 86_400);
    const hours = Math.floor((seconds % 86_400) / 3600);
    const minutes = Math.floor((seconds % 3600) / 60);
    if (days > 0) return (!roughly || days < 3) && hours > 0 ? `${inDays(days)} ${hours} h` : inDays(days);
    if (hours > 0) return roughly ? `${hours} h` : `${hours} h ${minutes} min`;
    if (minutes > 0) return roughly ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
    return `${seconds} s`;
}

/** "just now", "5 min ago" */
export const ago = (milliseconds: number) =>
    milliseconds < 60_000 ? "just now" : `${left(Math.floor(milliseconds / 60_000) * 60_000, true)} ago`;
