// The page key: a tab that has it is signed in. It is kept where no other port can read it and no request carries it by
// itself: in sessionStorage, never in a cookie. A new tab asks the others of this very address for it.
const name = "tfy-pat-mcp page key";
const tabs = new BroadcastChannel(name);
const patience = 200;

export const pageKey = () => sessionStorage.getItem(name) ?? "";

export function keepPageKey(key: string): void {
    if (key) sessionStorage.setItem(name, key);
    else sessionStorage.removeItem(name);
}

tabs.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (data === "asks" && pageKey()) tabs.postMessage({ key: pageKey() });
});

/** Takes the key of another tab, if this one has none. */
export function askOtherTabs(): Promise<void> {
    if (pageKey()) return Promise.resolve();
    return new Promise((resolve) => {
        const done = () => {
            clearTimeout(limit);
            tabs.removeEventListener("message", hear);
            resolve();
        };
        const hear = ({ data }: MessageEvent<{ key?: string }>) => {
            if (typeof data.key !== "string") return;
            keepPageKey(data.key);
            done();
        };
        const limit = setTimeout(done, patience);
        tabs.addEventListener("message", hear);
        tabs.postMessage("asks");
    });
}
