// Keeps the page current: server-sent events, and a look every five seconds while they do not work.
import { eventsAddress } from "./api";
import { connection, refresh } from "./state";

const every = 5000;

async function look(): Promise<boolean> {
    try {
        await refresh();
        return true;
    } catch {
        return false;
    }
}

/** Starts; the answer stops it. */
export function follow(): () => void {
    let stopped = false;
    let source: EventSource | null = null;

    const listen = () => {
        source = new EventSource(eventsAddress);
        source.onmessage = async () => {
            const fine = await look();
            if (!stopped) connection.value = fine ? "live" : "offline";
        };
        source.onerror = async () => {
            if (stopped) return;
            connection.value = "reconnecting";
            if (!(await look()) && !stopped) connection.value = "offline";
        };
    };

    const poll = setInterval(async () => {
        if (connection.value === "live") return;
        const fine = await look();
        if (stopped) return;
        if (!fine) connection.value = "offline";
        else if (connection.value === "offline") connection.value = "reconnecting";
        if (fine && source?.readyState === EventSource.CLOSED) listen();
    }, every);

    void look();
    listen();
    return () => {
        stopped = true;
        source?.close();
        clearInterval(poll);
        connection.value = "reconnecting";
    };
}
