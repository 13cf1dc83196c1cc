// What just happened, in words, for everyone: shown for some seconds, and read aloud by screen readers. The region itself is in app.tsx.
import { signal } from "@preact/signals";

export const spoken = signal("");

let silence: ReturnType<typeof setTimeout> | undefined;

export const hush = (): void => void (spoken.value = "");

export function announce(words: string): void {
    spoken.value = words;
    clearTimeout(silence);
    silence = setTimeout(() => (spoken.value = ""), 8000);
}
