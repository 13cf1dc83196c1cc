// A notification and a sound when something new waits, for who looks elsewhere. Both are off until they are switched on.
import { announce } from "./announce";
import { addressOf, focusTitle, go, home } from "./nav";
import { setting } from "./settings";
import type { Row } from "./types";

export const notices = setting("notices", false);
export const sounds = setting("sounds", false);

const mayNotify = () => globalThis.Notification?.permission === "granted";
if (!mayNotify()) notices.on.value = false; // it may have been taken back in the browser's settings

const most = 100; // characters of what others wrote
const cut = (text: string) => (text.length > most ? `${text.slice(0, most)}\u2026` : text);

function notify(words: string, more = "", to = ""): void {
    const notice = new Notification(words, { body: more, tag: to });
    notice.onclick = () => {
        notice.close();
        focus();
        go(to ? addressOf(to) : home);
        if (to) focusTitle(to);
    };
}

function chime(): void {
    const audio = new AudioContext();
    const tone = new OscillatorNode(audio, { frequency: 660 });
    const loudness = new GainNode(audio, { gain: 0.15 });
    tone.connect(loudness).connect(audio.destination);
    tone.frequency.setValueAtTime(880, audio.currentTime + 0.12);
    loudness.gain.setTargetAtTime(0, audio.currentTime + 0.15, 0.08);
    tone.start();
    tone.stop(audio.currentTime + 0.6);
    setTimeout(() => void audio.close(), 2000);
}

/** Asks the browser's permission: only a click calls it. */
export async function turnNotices(on: boolean): Promise<void> {
    notices.turn(false);
    if (!on) return;
    try {
        if ((await Notification.requestPermission()) === "granted") {
            notify("Approvals", "A new request that you may approve is told like this.");
            notices.turn(true);
            return;
        }
        announce("The browser does not allow notifications of this page. Its settings for this site can change that.");
    } catch {
        announce("This browser shows no notifications of pages.");
    }
}

export function turnSounds(on: boolean): void {
    sounds.turn(on);
    if (on) chime();
}

/** Of several tabs, one does it. */
const inOneTab = (what: string, act: () => void) =>
    void navigator.locks.request(`tfy-pat-mcp ${what}`, { ifAvailable: true }, (lock) => {
        if (!lock) return;
        act();
        return new Promise((resolve) => setTimeout(resolve, 3000));
    });

/** Tells what is new of what this person may approve. */
export function alertOf(fresh: Row[]): void {
    const [first, ...more] = fresh.filter((each) => each.may_approve);
    if (!first) return;
    if (sounds.on.value) inOneTab("sound", chime);
    if (!notices.on.value || !mayNotify() || document.hasFocus()) return;
    inOneTab(`notice ${first.id}`, () =>
        more.length > 0
            ? notify(`${more.length + 1} new requests wait for you`)
            : notify(
                  "A new request waits for you",
                  `${first.title} \u201c${cut(first.subject || first.short_digest)}\u201d, asked by ${cut(first.asked_by)}`,
                  first.id,
              ),
    );
}
