// Signing in with a one-time code; the server says where one comes from.
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { session, signIn } from "./state";

export const signInProblem = signal("");

const symbols = 12;

/** "k7q29fxm 3tvb" → "K7Q2-9FXM-3TVB" */
export function formatted(typed: string): string {
    const plain = typed
        .toUpperCase()
        .replace(/[^0-9A-Z]/g, "")
        .slice(0, symbols);
    return plain.match(/.{1,4}/g)?.join("-") ?? "";
}

export function SignIn() {
    const input = useRef<HTMLInputElement>(null);
    const [code, setCode] = useState("");
    const [busy, setBusy] = useState(false);
    const problem = signInProblem.value;

    useEffect(() => input.current?.focus(), []);

    // Only where the caret is at the end: whoever corrects in the middle keeps the place.
    const typed = (event: Event) => {
        const field = event.currentTarget as HTMLInputElement;
        const atEnd = field.selectionStart === field.value.length;
        setCode(atEnd ? formatted(field.value) : field.value);
    };
    const submit = async (event: Event) => {
        event.preventDefault();
        if (busy) return;
        if (formatted(code).replaceAll("-", "").length < symbols) {
            signInProblem.value = "The code has 12 letters and digits, such as K7Q2-9FXM-3TVB.";
            input.current?.focus();
            return;
        }
        setBusy(true);
        signInProblem.value = "";
        try {
            await signIn(formatted(code));
        } catch (failure) {
            signInProblem.value = (failure as Error).message;
            setBusy(false);
            input.current?.select();
            input.current?.focus();
        }
    };

    return (
        <section class="card sign-in" aria-labelledby="sign-in-title">
            <h1 id="sign-in-title">Sign in to decide</h1>
            <p>
                {session.value?.sign_in_help.words} <code>{session.value?.sign_in_help.command}</code>
            </p>
            <form onSubmit={submit} noValidate>
                <label for="code">Sign-in code</label>
                <input
                    ref={input}
                    id="code"
                    class="code"
                    name="code"
                    type="text"
                    value={code}
                    onInput={typed}
                    maxLength={24}
                    autoComplete="one-time-code"
                    autoCapitalize="characters"
                    spellcheck={false}
                    placeholder="XXXX-XXXX-XXXX"
                    aria-invalid={problem !== ""}
                    aria-describedby="code-help code-problem"
                />
                <p id="code-help" class="hint">
                    12 letters and digits. Capitals and dashes do not matter. It works once.
                </p>
                <p id="code-problem" class="problem" role="alert">
                    {problem}
                </p>
                <button type="submit" class="main" aria-disabled={busy}>
                    {busy ? "Signing in\u2026" : "Sign in"}
                </button>
            </form>
            <p class="hint">Only give this code to this page. No agent ever needs it.</p>
        </section>
    );
}
