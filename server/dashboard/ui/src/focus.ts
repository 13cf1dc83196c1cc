// Where the keyboard goes after a decision.

/** After a decision: to the next request, or to the title where none is left. */
export function focusNext(): void {
    requestAnimationFrame(() => {
        const next =
            document.querySelector<HTMLElement>("#inbox article:not(.over) h3") ??
            document.getElementById("inbox-title");
        next?.focus();
    });
}
