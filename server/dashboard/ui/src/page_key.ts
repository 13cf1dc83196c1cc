// The page key: a tab that has it is signed in. It is kept where no other port can read it and no request carries it by
// itself: in sessionStorage, never in a cookie. A new tab asks the others of this very address for it.
const name = "tfy-pat-mcp page key";
export const tabs = new BroadcastChannel(name);
const patience = 200;

export const pageKey = () => sessionStorage.getItem(name) ?? "";

export function keepPageKey(key: string): void {
    if (key) sessionStorage.setItem(name, key);
    else sessionStorage.removeItem(name);
}

tabs.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (data === "asks" && pageKey()) tabs.postMessage({ key: pageKey() });
});

/** Takes the key of another tab, if this one has none. A busy browser brings it after `patience`: `late` is told then. */
export function askOtherTabs(late: () => void): Promise<void> {
    if (pageKey()) return Promise.resolve();
    return new Promise((resolve) => {
        let waits = true;
        const goOn = () => {
            waits = false;
            resolve();
        };
        const limit = setTimeout(goOn, patience);
        const hear = ({ data }: MessageEvent<{ key?: string }>) => {
            if (typeof data.key !== "string") return;
            tabs.removeEventListener("message", hear);
            if (pageKey()) return; // the person was faster
            keepPageKey(data.key);
            clearTimeout(limit);
            if (waits) goOn();
            else late();
        };
        tabs.addEventListener("message", hear);
        tabs.postMessage("asks");
    });
}
