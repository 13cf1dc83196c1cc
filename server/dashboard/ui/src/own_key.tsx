// One's own key to TrueFoundry: whose it is there, another one, none any more. It goes to the server once, and never comes
// back. The address of this part may be sent to anyone: it shows and changes only what is the reader's own.
import { useEffect, useState } from "preact/hooks";
import { announce } from "./announce";
import { api, ask, get } from "./api";
import { OnceMore, useOnceMore } from "./once_more";
import { session } from "./state";
import { moment } from "./time";
import { Looking, Problem, useWork } from "./work";

interface Key {
    mask: string;
    /** Null where nothing told it. */
    subject: string | null;
    expires: string | null;
    since: string;
    /** Since when TrueFoundry refuses it. */
    broken: string | null;
}

function Facts({ of: { mask, subject, expires, since, broken } }: { of: Key }) {
    const facts: [string, string][] = [
        ["Key", mask],
        ["Belongs to", subject ?? "Not known"],
        ["Ends", expires ? moment(expires) : "It does not say"],
        ["Entered", moment(since)],
    ];
    return (
        <>
            {broken && (
                <p class="problem">
                    TrueFoundry has refused this key since {moment(broken)}: it has ended, or was deleted. Replace it.
                </p>
            )}
            <dl class="facts">
                {facts.map(([word, fact]) => (
                    <div>
                        <dt>{word}</dt>
                        <dd>
                            <bdi>{fact}</bdi>
                        </dd>
                    </div>
                ))}
            </dl>
        </>
    );
}

function Remove({ done }: { done: (words: string) => Promise<void> }) {
    const [sure, setSure] = useState(false);
    const { busy, problem, run } = useWork();
    const remove = () =>
        run(async () => {
            await ask("key/end", {});
            await done("Your key is removed");
        });
    return (
        <>
            {sure && (
                <p class="note">
                    The server forgets the key. Whatever your agents asked for with it that has not started yet is withdrawn. The
                    key itself still works: delete it in TrueFoundry if it is not used elsewhere.
                </p>
            )}
            <Problem words={problem} />
            <div class="buttons">
                <button
                    type="button"
                    class={sure ? "danger small" : "quiet small"}
                    aria-disabled={busy}
                    onClick={() => (sure ? void remove() : setSure(true))}
                >
                    Remove{!sure && "\u2026"}
                </button>
                {sure && (
                    <button type="button" class="quiet small" onClick={() => setSure(false)}>
                        Cancel
                    </button>
                )}
            </div>
        </>
    );
}

export function OwnKey() {
    const [seen, setSeen] = useState<{ base_url: string; key: Key | null } | null>(null);
    const [key, setKey] = useState("");
    const [unread, setUnread] = useState("");
    const once = useOnceMore();
    const { busy, problem, run } = useWork();
    const load = async () => setSeen(await get("key"));
    useEffect(() => void load().catch((failure: Error) => setUnread(failure.message)), []);
    const done = async (words: string) => {
        announce(words);
        await load();
        session.value = await api.session();
    };
    const submit = (event: Event) => {
        event.preventDefault();
        void run(async () => {
            await ask("key", { key: key.trim(), ...(await once.prove()) }).catch(once.failed);
            await done(seen?.key ? "Your key is replaced" : "Your key is kept");
        });
        setKey("");
        once.set("");
    };
    if (unread) return <Problem words={unread} />;
    if (!seen) return <Looking />;
    return (
        <section aria-labelledby="key-title">
            <h2 id="key-title">
                TrueFoundry key of <bdi>{session.value?.person}</bdi>
            </h2>
            <p class="hint">
                {seen.key ? "With this key" : "With a key of your own"} your agents see and change your tokens at{" "}
                <bdi>{seen.base_url}</bdi>, and can do what you can do there. Other people's agents do not use it. It
                is stored encrypted, and never shown again.
            </p>
            {seen.key && <Facts of={seen.key} />}
            {seen.key && <Remove done={done} />}
            <form class="decide" onSubmit={submit} noValidate>
                <div class="field">
                    <label for="own-key">{seen.key ? "Another key" : "Your key"}</label>
                    <input
                        id="own-key"
                        type="password"
                        autoComplete="off"
                        spellcheck={false}
                        value={key}
                        onInput={(event) => setKey(event.currentTarget.value)}
                        aria-describedby="own-key-help own-key-problem"
                    />
                    <p id="own-key-help" class="hint">
                        Create one in TrueFoundry, under Access {"\u2192"} Personal Access Tokens. It is kept only if
                        TrueFoundry accepts it.
                    </p>
                </div>
                <OnceMore id="own-key-passphrase" once={once} />
                <Problem id="own-key-problem" words={problem} />
                <button type="submit" class="main" aria-disabled={busy}>
                    {seen.key ? "Replace the key" : "Enter the key"}
                </button>
            </form>
        </section>
    );
}
