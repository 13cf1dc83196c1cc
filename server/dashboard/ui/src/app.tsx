// The whole page: the bar on top, then the sign-in or the inbox, and the region that speaks to screen readers.
import { useSignalEffect } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { spoken } from "./announce";
import { History } from "./history";
import { Inbox } from "./inbox";
import { follow } from "./live";
import { Permissions } from "./permissions";
import { Reveals } from "./reveals";
import { Rotations } from "./rotations";
import { SignIn } from "./sign_in";
import { connection, session, signOut, waiting } from "./state";

const marks = {
    live: { sign: "\u25cf", word: "Live" },
    reconnecting: { sign: "\u25cc", word: "Reconnecting\u2026" },
    offline: { sign: "\u25cb", word: "No connection" },
};

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
                    Approvals
                    {who?.server && (
                        <span class="server" title="The control plane that approved calls go to">
                            <bdi>{who.server}</bdi>
                        </span>
                    )}
                </p>
                {who?.signed_in && (
                    <div class="who">
                        <span class={`live ${connection.value}`} role="status">
                            <span aria-hidden="true">{mark.sign}</span> {mark.word}
                        </span>
                        <span class="person">
                            <span class="unseen">Signed in as </span>
                            <bdi>{who.person}</bdi>
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

function SignedIn() {
    useEffect(follow, []);
    return (
        <>
            <h1 class="unseen">Approvals</h1>
            <Reveals />
            <Inbox />
            <Rotations />
            <Permissions />
            <History />
        </>
    );
}

export function App() {
    useSignalEffect(() => {
        const count = session.value?.signed_in ? waiting.value : 0;
        document.title = count > 0 ? `(${count}) Approvals` : "Approvals";
    });
    return (
        <>
            <a class="skip" href="#main">
                Skip to the content
            </a>
            <Bar />
            <main id="main" tabIndex={-1}>
                {session.value?.signed_in ? <SignedIn /> : <SignIn />}
            </main>
            <footer>
                <p>
                    tfy-pat-mcp {session.value?.version}. A request without a decision expires, and
                    nothing is done.
                </p>
            </footer>
            <div class="unseen" role="status" aria-live="polite">
                {spoken.value}
            </div>
        </>
    );
}
