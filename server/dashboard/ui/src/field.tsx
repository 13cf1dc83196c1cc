// A field of one line, with its label and a hint.
import type { Ref } from "preact";

interface FieldProps {
    id: string;
    label: string;
    hint?: string;
    placeholder?: string;
    number?: boolean;
    value: string;
    set: (to: string) => void;
    problem: string;
    field?: Ref<HTMLInputElement>;
}

/** `problem`: the id of what tells what is wrong. */
export function Field({ id, label, hint, placeholder, number, value, set, problem, field = null }: FieldProps) {
    return (
        <div>
            <label for={id}>{label}</label>
            <input
                ref={field}
                id={id}
                type="text"
                inputMode={number ? "numeric" : "text"}
                value={value}
                placeholder={placeholder}
                autoComplete="off"
                autoCapitalize="none"
                spellcheck={false}
                onInput={(event) => set(event.currentTarget.value)}
                aria-describedby={hint ? `${id}-help ${problem}` : problem}
            />
            {hint && (
                <p id={`${id}-help`} class="hint">
                    {hint}
                </p>
            )}
        </div>
    );
}

interface OwnPassphraseProps {
    id: string;
    label: string;
    hint?: string | undefined;
    value: string;
    set: (to: string) => void;
}

/** Of who is signed in, typed once more. */
export function OwnPassphrase({ id, label, hint, value, set }: OwnPassphraseProps) {
    return (
        <div class="field">
            <label for={id}>{label}</label>
            <input
                id={id}
                type="password"
                autoComplete="current-password"
                value={value}
                onInput={(event) => set(event.currentTarget.value)}
                aria-describedby={hint ? `${id}-help` : undefined}
            />
            {hint && (
                <p id={`${id}-help`} class="hint">
                    {hint}
                </p>
            )}
        </div>
    );
}
