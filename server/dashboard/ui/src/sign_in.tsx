// Signing in with a name and a passphrase, or with a one-time code; the server says where one comes from.
import { useEffect, useRef, useState } from "preact/hooks";
import { api, type Proof } from "./api";
import { sign } from "./passkeys";
import { leaveForProvider } from "./provider";
import { session, signIn, signInProblem } from "./state";
import { Problem, useWork } from "./work";

const symbols = 12;

/** "k7q29fxm 3tvb" → "K7Q2-9FXM-3TVB" */
export function formatted(typed: string): string {
    const plain = typed
        .toUpperCase()
        .replace(/[^0-9A-Z]/g, "")
        .slice(0, symbols);
    return plain.match(/.{1,4}/g)?.join("-") ?? "";
}

/** What was typed, or what is missing. A code that is there goes before the name. */
function proofOf(name: string, passphrase: string, code: string): Proof | string {
    const plain = formatted(code);
    if (plain === "" && name.trim() !== "" && passphrase !== "") return { name: name.trim(), passphrase };
    if (plain === "") return "Type your name and your passphrase, or a sign-in code.";
    if (plain.replaceAll("-", "").length < symbols)
        return "The code has 12 letters and digits, such as K7Q2-9FXM-3TVB.";
    return { code: plain };
}

function CodeField(props: { code: string; setCode: (code: string) => void; wrong: boolean }) {
    // Only where the caret is at the end: a person who corrects in the middle keeps the place.
    const typed = (event: Event) => {
        const field = event.currentTarget as HTMLInputElement;
        const atEnd = field.selectionStart === field.value.length;
        props.setCode(atEnd ? formatted(field.value) : field.value);
    };
    return (
        <>
            <label for="code">Sign-in code</label>
            <input
                id="code"
                class="code"
                name="code"
                type="text"
                value={props.code}
                onInput={typed}
                maxLength={24}
                autoComplete="one-time-code"
                autoCapitalize="characters"
                spellcheck={false}
                placeholder="XXXX-XXXX-XXXX"
                aria-invalid={props.wrong}
                aria-describedby="code-help sign-in-problem"
            />
            <p id="code-help" class="hint">
                Instead of name and passphrase. 12 letters and digits; capitals and dashes do not matter. It works
                once.
            </p>
        </>
    );
}

function useSignIn() {
    const [busy, setBusy] = useState(false);
    const submit = async (proof: Proof | string): Promise<boolean> => {
        if (busy) return true;
        if (typeof proof === "string") {
            signInProblem.value = proof;
            return false;
        }
        setBusy(true);
        signInProblem.value = "";
        try {
            await signIn(proof);
            return true;
        } catch (failure) {
            signInProblem.value = (failure as Error).message;
            setBusy(false);
            return false;
        }
    };
    return { busy, submit };
}

const Help = () => (
    <p>
        {session.value?.sign_in_help.words} <code>{session.value?.sign_in_help.command}</code>
    </p>
);

function FirstPerson() {
    const { busy, problem, run } = useWork();
    return (
        <section class="card sign-in" aria-labelledby="sign-in-title">
            <h1 id="sign-in-title">No one can decide yet</h1>
            <Help />
            <button
                type="button"
                class="main"
                aria-disabled={busy}
                onClick={() => run(async () => void (session.value = await api.session()))}
            >
                I have done that
            </button>
            <Problem words={problem} />
        </section>
    );
}

/** The way of a team: it leads away from this page, and back to it. */
function AtProvider({ host }: { host: string }) {
    const [busy, setBusy] = useState(false);
    const leave = () => {
        if (busy) return;
        setBusy(true);
        signInProblem.value = "";
        leaveForProvider().catch((failure: Error) => {
            signInProblem.value = failure.message;
            setBusy(false);
        });
    };
    return (
        <button type="button" class="main" aria-disabled={busy} onClick={leave}>
            Sign in at <bdi>{host}</bdi>
        </button>
    );
}

export const SignIn = () => (session.value?.can_sign_in === false ? <FirstPerson /> : <SignInForm />);

function SignInForm() {
    const form = useRef<HTMLFormElement>(null);
    const [name, setName] = useState("");
    const [passphrase, setPassphrase] = useState("");
    const [code, setCode] = useState("");
    const { busy, submit } = useSignIn();
    const problem = signInProblem.value;
    const field = (id: string) => form.current?.querySelector<HTMLInputElement>(`#${id}`);

    useEffect(() => field("name")?.focus(), []);

    const send = async (event: Event) => {
        event.preventDefault();
        if (await submit(proofOf(name, passphrase, code))) return;
        const wrong = field(code !== "" ? "code" : name === "" ? "name" : "passphrase");
        wrong?.select();
        wrong?.focus();
    };
    const withPasskey = () =>
        api.toSignIn()
            .then(sign)
            .then(submit, () => (signInProblem.value = "No passkey was used. You are not signed in."));
    const text = (set: (text: string) => void) => (event: Event) =>
        set((event.currentTarget as HTMLInputElement).value);

    return (
        <section class="card sign-in" aria-labelledby="sign-in-title">
            <h1 id="sign-in-title">Sign in to decide</h1>
            {session.value?.provider && <AtProvider host={session.value.provider} />}
            <form ref={form} onSubmit={send} noValidate>
                <label for="name">Name</label>
                <input
                    id="name"
                    name="name"
                    type="text"
                    value={name}
                    onInput={text(setName)}
                    maxLength={64}
                    autoComplete="username"
                    autoCapitalize="none"
                    spellcheck={false}
                />
                <label for="passphrase">Passphrase</label>
                <input
                    id="passphrase"
                    name="passphrase"
                    type="password"
                    value={passphrase}
                    onInput={text(setPassphrase)}
                    autoComplete="current-password"
                    aria-describedby="sign-in-problem"
                />
                <CodeField code={code} setCode={setCode} wrong={problem !== "" && code !== ""} />
                <p id="sign-in-problem" class="problem" role="alert">
                    {problem}
                </p>
                <button type="submit" class="main" aria-disabled={busy}>
                    {busy ? "Signing in\u2026" : "Sign in"}
                </button>
            </form>
            <button type="button" class="quiet" aria-disabled={busy} onClick={withPasskey}>
                Use a passkey
            </button>
            <div class="hint">
                <Help />
                <p>Only give these to this page. No agent ever needs them.</p>
            </div>
        </section>
    );
}
