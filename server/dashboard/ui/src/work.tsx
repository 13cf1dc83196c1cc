// Work that a button starts: one at a time, and what kept it from succeeding, said where the person is.
import { useEffect, useRef, useState } from "preact/hooks";

export function useWork() {
    const [busy, setBusy] = useState(false);
    const [problem, setProblem] = useState("");
    const run = async (work: () => Promise<unknown>): Promise<void> => {
        if (busy) return;
        setBusy(true);
        setProblem("");
        try {
            await work();
        } catch (failure) {
            setProblem((failure as Error).message);
        } finally {
            setBusy(false);
        }
    };
    return { busy, problem, run, setProblem };
}

/** For a part that opens: it is scrolled into view, since the decision bar may cover it. */
export function useInView<T extends Element>(open: boolean) {
    const part = useRef<T>(null);
    useEffect(() => {
        if (open) part.current?.scrollIntoView({ block: "nearest" });
    }, [open]);
    return part;
}

export const Looking = () => (
    <p class="hint" role="status">
        Looking{"\u2026"}
    </p>
);

export const Problem = ({ words, id }: { words: string; id?: string }) => (
    <p id={id} class="problem" role="alert">
        {words}
    </p>
);
