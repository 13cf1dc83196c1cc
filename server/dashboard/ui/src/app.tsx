// The whole page: the bar on top, then the sign-in or one of the views, and the region that speaks to screen readers.
import { signal, useSignalEffect, type Signal } from "@preact/signals";
import { LocationProvider, useLocation } from "preact-iso";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { alertOf, notices, sounds, turnNotices, turnSounds } from "./alerts";
import { spoken } from "./announce";
import { History } from "./history";
import { Inbox } from "./inbox";
import { helpOpen, keys, keyWords, listen, viewWanted } from "./keys";
import { Invited, Join, WithCode, brought } from "./join";
import { follow } from "./live";
import { authorize, focusSoon, home, requestIn, routeBy } from "./nav";
import { Reveals, visible, visibleLeft } from "./reveals";
import { SignIn } from "./sign_in";
import { Together } from "./together";
import { Tokens } from "./tokens";
import { Looking, Problem, useWork } from "./work";
import { besides, connection, reveals, rotations, selected, session, signInProblem, signOut, toSave, waiting } from "./state";

besides.tell = alertOf;

const marks = {
    connecting: { sign: "\u25cc", word: "Connecting\u2026" },
    live: { sign: "\u25cf", word: "Live" },
    reconnecting: { sign: "\u25cc", word: "Reconnecting\u2026" },
    offline: { sign: "\u25cb", word: "No connection" },
};

/** What no tab leads to. */
const apart = new Set(["authorize", "key", "passkeys"]);

function Tabs() {
    const { path } = useLocation();
    const tabs: [string, string, number][] = [
        [home, "Inbox", waiting.value],
        [`${home}/values`, "Values", reveals.value.length],
        [`${home}/tokens`, "Tokens", 0],
        [`${home}/history`, "History", 0],
        [`${home}/permissions`, "Permissions", 0],
        [`${home}/rotations`, "Rotations", rotations.value.length],
        [`${home}/people`, "People", 0],
        [`${home}/health`, "Health", 0],
    ];
    const section = path.slice(home.length + 1);
    const current = apart.has(section) ? "" : (tabs.slice(1).find(([address]) => address === path)?.[0] ?? home);
    return (
        <nav class="tabs" aria-label="Views">
            {tabs.map(([address, word, count]) => (
                <a href={address} aria-current={address === current ? "page" : undefined}>
                    {word}
                    {count > 0 && <span class="tally">{count}</span>}
                </a>
            ))}
        </nav>
    );
}

function Bar() {
    const who = session.value;
    const mark = marks[connection.value];
    const [problem, setProblem] = useState("");
    const leave = () => signOut().catch((failure: Error) => setProblem(failure.message));
    return (
        <header class="bar">
            <div class="bar-inner">
                <p class="brand">
                    <span class="logo" aria-hidden="true">
                        {"\u2713"}
                    </span>{" "}
                    <span class="brand-word">Approvals</span>
                    {who?.server && (
                        <span class="server" title="The control plane that approved calls go to">
                            <bdi>{who.server}</bdi>
                        </span>
                    )}
                </p>
                {who?.signed_in && <Tabs />}
                {who?.signed_in && (
                    <div class="who">
                        <span class={`live ${connection.value}`} role="status">
                            <span aria-hidden="true">{mark.sign}</span> {mark.word}
                        </span>
                        <span class="person">
                            <span class="unseen">Signed in as </span>
                            <a href={`${home}/passkeys`} title="Your passkeys">
                                <bdi>{who.person}</bdi>
                            </a>
                        </span>
                        <button type="button" class="quiet small" onClick={leave}>
                            Sign out
                        </button>
                    </div>
                )}
            </div>
            {problem && (
                <p class="problem" role="alert">
                    {problem}
                </p>
            )}
        </header>
    );
}

function Help() {
    if (!helpOpen.value) return null;
    return (
        <section class="keys" aria-labelledby="keys-title">
            <h2 id="keys-title">Keys</h2>
            <dl class="facts">
                {keyWords.map(([key, words]) => (
                    <div>
                        <dt>
                            <kbd>{key}</kbd>
                        </dt>
                        <dd>{words}</dd>
                    </div>
                ))}
            </dl>
            <p class="hint">
                At the bottom of the page: keys, and for new requests a notification and a sound. They are switched on
                and off for this browser.
            </p>
            <button type="button" class="quiet small" onClick={() => (helpOpen.value = false)}>
                Close
            </button>
        </section>
    );
}

interface SwitchProps {
    on: Signal<boolean>;
    turn: (to: boolean) => unknown;
    children: ComponentChildren;
}

const Switch = ({ on, turn, children }: SwitchProps) => (
    <label class="switch">
        <input
            type="checkbox"
            checked={on.value}
            onChange={({ currentTarget: box }) =>
                void Promise.resolve(turn(box.checked)).then(() => (box.checked = on.value))
            }
        />{" "}
        {children}
    </label>
);

function Footer() {
    return (
        <footer>
            <p>
                tfy-pat-mcp {session.value?.version}. A request without a decision expires, and nothing is done.
            </p>
            {session.value?.signed_in && (
                <div class="switches">
                    <Switch on={keys.on} turn={keys.turn}>
                        Keys (<kbd>?</kbd> lists them)
                    </Switch>
                    <Switch on={notices.on} turn={turnNotices}>
                        Notify me
                    </Switch>
                    <Switch on={sounds.on} turn={turnSounds}>
                        Sound
                    </Switch>
                </div>
            )}
        </footer>
    );
}

const own = signal<typeof import("./own") | null>(null);

/** A part of the page that is fetched when it is first looked at. */
function Later({ name }: { name: "Own" | "OwnKey" | "Consent" | "People" | "Health" | "Permissions" | "Rotations" }) {
    const { problem, run } = useWork();
    useEffect(() => void run(async () => void (own.value ??= await import("./own"))), []);
    const Part = own.value?.[name];
    if (problem) return <Problem words="This part of the page did not arrive. Reload the page." />;
    return Part ? <Part /> : <Looking />;
}

const sections: Record<string, () => ComponentChildren> = {
    values: Reveals,
    permissions: () => <Later name="Permissions" />,
    rotations: () => <Later name="Rotations" />,
    passkeys: () => <Later name="Own" />,
    key: () => <Later name="OwnKey" />,
    authorize: () => <Later name="Consent" />,
    people: () => <Later name="People" />,
    health: () => <Later name="Health" />,
};

function View({ path, query }: { path: string; query: Record<string, string> }) {
    const name = path.slice(home.length + 1);
    if (name === "together")
        return (
            <div class="column">
                <Together by={query.by ?? ""} verb={query.verb ?? ""} />
            </div>
        );
    if (name === "history") return <History />;
    if (name === "tokens") return <Tokens />;
    const Section = sections[name];
    if (!Section) return <Inbox open={requestIn(path)} />;
    return (
        <div class="column">
            <Section />
        </div>
    );
}

function SignedIn() {
    const { path, query, route } = useLocation();
    useEffect(() => routeBy(route), [route]);
    useEffect(follow, []);
    useEffect(listen, []);
    const id = requestIn(path);
    useEffect(() => void (selected.value = id), [path]);
    useEffect(() => {
        if (!viewWanted.value) return;
        viewWanted.value = false;
        focusSoon("main");
    }, [path]);
    return (
        <>
            <h1 class="unseen">Approvals</h1>
            <Help />
            {signInProblem.value && (
                <p class="problem" role="alert">
                    {signInProblem.value}
                </p>
            )}
            {path !== `${home}/values` && visible.value && (
                <p class="banner">
                    The value of <bdi>{visible.value.reveal.token_name}</bdi> is still shown, for {visibleLeft.value}.{" "}
                    <a href={`${home}/values`}>Back to it</a>
                </p>
            )}
            {path !== `${home}/values` && toSave.value > 0 && (
                <p class="banner">
                    {toSave.value === 1 ? "A new value waits" : `${toSave.value} new values wait`}{" "}
                    to be saved. <a href={`${home}/values`}>Show</a>
                </p>
            )}
            {session.value?.key_broken && path !== `${home}/key` && (
                <p class="banner">
                    TrueFoundry refuses the key that you entered. <a href={`${home}/key`}>Replace it</a>
                </p>
            )}
            <View path={path} query={query} />
        </>
    );
}

function Entrance() {
    const { code, join } = brought.value ?? {};
    if (code) return <WithCode code={code} />;
    if (join) return <Join code={join} />;
    return (
        <>
            {location.pathname === authorize && (
                <p class="banner">A program wants to act for you. Sign in to decide.</p>
            )}
            <SignIn />
            <Invited />
        </>
    );
}

export function App() {
    useSignalEffect(() => {
        const count = session.value?.signed_in ? waiting.value : 0;
        document.title = count > 0 ? `(${count}) Approvals` : "Approvals";
    });
    return (
        <LocationProvider scope="/approvals">
            <a class="skip" href="#main">
                Skip to the content
            </a>
            <Bar />
            <main id="main" tabIndex={-1}>
                {session.value?.signed_in ? <SignedIn /> : <Entrance />}
            </main>
            <Footer />
            <div class="told" role="status" aria-live="polite">
                {spoken.value}
            </div>
        </LocationProvider>
    );
}
