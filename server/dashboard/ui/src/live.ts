// Keeps the page current: server-sent events, and a look every five seconds while they do not work.
import { api } from "./api";
import { connection, refresh } from "./state";

const every = 5000;
const again = 2000;

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
    const ended = new AbortController();
    const pause = () => new Promise((resolve) => setTimeout(resolve, again));

    const news = async () => {
        const fine = await look();
        if (!stopped) connection.value = fine ? "live" : "offline";
    };
    const listen = async () => {
        while (!stopped) {
            await api.events(news, ended.signal).catch(() => undefined);
            if (stopped) return;
            connection.value = "reconnecting";
            if (!(await look()) && !stopped) connection.value = "offline";
            await pause();
        }
    };

    const poll = setInterval(async () => {
        if (connection.value === "live") return;
        const fine = await look();
        if (stopped) return;
        if (!fine) connection.value = "offline";
        else if (connection.value === "offline") connection.value = "reconnecting";
    }, every);

    void look();
    void listen();
    return () => {
        stopped = true;
        ended.abort();
        clearInterval(poll);
        connection.value = "reconnecting";
    };
}
