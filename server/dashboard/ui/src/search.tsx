// The search field and the choices above a list.
import type { Signal } from "@preact/signals";

export function Search({ words, label }: { words: Signal<string>; label: string }) {
    return (
        <input
            id="search"
            type="search"
            aria-label={label}
            placeholder={label}
            value={words.value}
            autoComplete="off"
            spellcheck={false}
            onInput={(event) => (words.value = event.currentTarget.value)}
            onKeyDown={(event) => {
                if (event.key !== "Escape") return;
                words.value = "";
                event.currentTarget.blur();
            }}
        />
    );
}

interface Choices {
    label: string;
    /** What the empty choice is called. */
    all: string;
    value: Signal<string>;
    choices: (string | [key: string, word: string])[];
}

export function Choose({ label, all, value, choices }: Choices) {
    return (
        <select aria-label={label} value={value.value} onChange={(event) => (value.value = event.currentTarget.value)}>
            <option value="">{all}</option>
            {choices.map((each) => {
                const [key, word] = typeof each === "string" ? [each, each] : each;
                return <option value={key}>{word}</option>;
            })}
        </select>
    );
}
