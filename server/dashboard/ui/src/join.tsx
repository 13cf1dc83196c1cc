// Joining with an invitation: the first person's link, or a code that another person handed over. Nothing is used before a
// person has seen whom it is for, and pressed a button; and no one who is signed in is replaced.
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "./announce";
import { api } from "./api";
import { make } from "./passkeys";
import { session, signIn } from "./state";
import { Problem, useWork } from "./work";
import type { Joining } from "./types";

/** What a link brought, behind '#': a code to sign in, or one to join. */
export const brought = signal<{ code?: string; join?: string } | null>(null);

/** Takes it out of the address before anything else happens. */
export function takeBrought(): void {
    const said = new URLSearchParams(location.hash.slice(1));
    const code = said.get("code");
    const join = said.get("join");
    if (code === null && join === null) return;
    history.replaceState(null, "", location.pathname + location.search);
    if (code) brought.value = { code };
    else if (join) brought.value = { join };
}

const leave = () => (brought.value = null);

function useLook<T>(look: () => Promise<T>, again: unknown[]) {
    const [found, setFound] = useState<T | null>(null);
    const work = useWork();
    useEffect(() => void work.run(async () => setFound(await look())), again);
    return { found, ...work };
}

const OtherWay = () => (
    <button type="button" class="quiet" onClick={leave}>
        Sign in another way
    </button>
);

/** A code in a link. */
export function WithCode({ code }: { code: string }) {
    const { found, busy, problem, run } = useLook(() => api.whoseCode(code), [code]);
    const use = () =>
        run(async () => {
            await signIn({ code });
            leave();
        });
    return (
        <section class="card sign-in" aria-labelledby="sign-in-title">
            <h1 id="sign-in-title">
                {found ? (
                    <>
                        Sign in as <bdi>{found.person}</bdi>?
                    </>
                ) : (
                    "A code to sign in"
                )}
            </h1>
            {found && (
                <p>
                    Your decisions will be recorded as <bdi>{found.person}</bdi>'s. Go on only if this is you.
                </p>
            )}
            <Problem words={problem} />
            {found && (
                <button type="button" class="main" aria-disabled={busy} onClick={use}>
                    Sign in
                </button>
            )}
            <OtherWay />
        </section>
    );
}

interface PassphraseProps {
    busy: boolean;
    send: (passphrase: string) => void;
    complain: (problem: string) => void;
}

/** Typed twice, as in a terminal: no one else knows it, and the first person's opens the state directory. */
function Passphrase({ busy, send, complain }: PassphraseProps) {
    const [typed, setTyped] = useState("");
    const [again, setAgain] = useState("");
    const second = useRef<HTMLInputElement>(null);
    const submit = (event: Event) => {
        event.preventDefault();
        if (typed.length < 12) return complain("A passphrase needs at least 12 characters. No one was enrolled.");
        if (again !== typed) {
            complain(
                again === ""
                    ? "Type the passphrase a second time. No one was enrolled."
                    : "The two passphrases differ. No one was enrolled.",
            );
            second.current?.focus();
            return;
        }
        send(typed);
    };
    return (
        <form onSubmit={submit} noValidate>
            <label for="join-passphrase">A passphrase of at least 12 characters</label>
            <input
                id="join-passphrase"
                type="password"
                value={typed}
                autoComplete="new-password"
                onInput={(event) => setTyped(event.currentTarget.value)}
            />
            <label for="join-again">The passphrase again</label>
            <input
                ref={second}
                id="join-again"
                type="password"
                value={again}
                autoComplete="new-password"
                onInput={(event) => setAgain(event.currentTarget.value)}
            />
            <button type="submit" class="quiet" aria-disabled={busy}>
                Join with a passphrase
            </button>
        </form>
    );
}

const Greeting = ({ found }: { found: Joining }) => (
    <>
        <h1 id="sign-in-title">
            {found.by === null ? "Decide as " : "Join as "}
            <bdi>{found.person}</bdi>
        </h1>
        <p>
            {found.by === null ? (
                "You become the first person who may decide on this server. Others need your invitation."
            ) : (
                <>
                    <bdi>{found.by}</bdi> invited you. Choose how this server will know you.
                </>
            )}
        </p>
    </>
);

/** An invitation, from a link or typed. */
export function Join({ code }: { code: string }) {
    const { found, busy, problem, run, setProblem } = useLook(() => api.invitation(code), [code]);
    const button = useRef<HTMLButtonElement>(null);
    useEffect(() => button.current?.focus(), [found]);
    const enter = async (proof: object) => {
        const { person, may_decide } = await api.join({ code, ...proof });
        leave();
        session.value = await api.session();
        announce(may_decide ? `${person} may decide.` : `${person} can only look until another person has confirmed them.`);
    };
    // Of one invitation each try asks anew: what was to be signed counts for two minutes.
    const withPasskey = () =>
        run(async () => {
            const asked = await api.invitation(code);
            let made;
            try {
                made = await make(asked.passkey);
            } catch {
                throw new Error("No passkey was made. No one was enrolled.");
            }
            await enter({ ...made, name: "first device" });
        });
    const withPassphrase = (passphrase: string) => void run(() => enter({ passphrase }));
    return (
        <section class="card sign-in" aria-labelledby="sign-in-title">
            {found ? <Greeting found={found} /> : <h1 id="sign-in-title">An invitation</h1>}
            <Problem words={problem} />
            {found && (
                <>
                    <button ref={button} type="button" class="main" aria-disabled={busy} onClick={withPasskey}>
                        Use a passkey
                    </button>
                    <Passphrase busy={busy} send={withPassphrase} complain={setProblem} />
                </>
            )}
            <OtherWay />
        </section>
    );
}

/** Below the sign-in, for who was given a code without a link. */
export function Invited() {
    const [code, setCode] = useState("");
    const submit = (event: Event) => {
        event.preventDefault();
        if (code.trim()) brought.value = { join: code.trim() };
    };
    return (
        <details class="invited">
            <summary>I have an invitation</summary>
            <form onSubmit={submit} noValidate>
                <label for="invitation">Invitation</label>
                <input
                    id="invitation"
                    class="code"
                    type="text"
                    value={code}
                    maxLength={24}
                    autoComplete="off"
                    autoCapitalize="characters"
                    spellcheck={false}
                    onInput={(event) => setCode(event.currentTarget.value)}
                />
                <button type="submit" class="quiet">
                    Go on
                </button>
            </form>
        </details>
    );
}
