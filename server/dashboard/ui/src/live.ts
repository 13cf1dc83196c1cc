// Keeps the page current: server-sent events, and a look before each new try while they do not work.
import { api } from "./api";
import { connection, refresh } from "./state";

const silence = 2500; // the server sends something each second
const soonest = 500;
const latest = 5000;

/** A stream's signal: aborted where nothing is heard for too long. */
function watched(ended: AbortSignal) {
    const lost = new AbortController();
    const every = 250;
    let heard = performance.now();
    let looked = heard;
    const watch = setInterval(() => {
        const now = performance.now();
        if (now - looked > 4 * every) heard = now; // the tab itself was asleep, and heard nothing
        looked = now;
        if (now - heard > silence) lost.abort();
    }, every);
    return {
        signal: AbortSignal.any([ended, lost.signal]),
        hear: () => void (heard = performance.now()),
        end: () => clearInterval(watch),
        isLost: () => lost.signal.aborted,
    };
}

/** Starts; the answer stops it. */
export function follow(): () => void {
    const ended = new AbortController();
    let wake = () => undefined as void;
    const pause = (time: number) =>
        new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, time);
            wake = () => {
                clearTimeout(timer);
                resolve();
            };
        });

    const look = async (fine: "live" | "reconnecting", during: AbortSignal) => {
        const found = await refresh().then(
            () => fine,
            () => "offline" as const,
        );
        if (!during.aborted) connection.value = found;
    };
    const listen = async () => {
        let again = soonest;
        while (!ended.signal.aborted) {
            const stream = watched(ended.signal);
            const over = new AbortController();
            const during = AbortSignal.any([ended.signal, over.signal]);
            const heard = () => {
                stream.hear();
                again = soonest;
            };
            await api.events(() => void look("live", during), heard, stream.signal).catch(() => undefined);
            stream.end();
            over.abort();
            if (ended.signal.aborted) return;
            connection.value = stream.isLost() ? "offline" : "reconnecting";
            await look("reconnecting", ended.signal);
            await pause(again * (0.75 + Math.random() / 2)); // not all tabs at once
            again = Math.min(2 * again, latest);
        }
    };
    const now = () => wake();
    addEventListener("online", now);
    document.addEventListener("visibilitychange", now);

    void refresh().catch(() => undefined);
    void listen();
    return () => {
        ended.abort();
        wake();
        removeEventListener("online", now);
        document.removeEventListener("visibilitychange", now);
        connection.value = "connecting";
    };
}
