// New tokens' values that wait for their one showing. A value is in one component's state while it is visible, and nowhere else.
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "./announce";
import { api } from "./api";
import { home } from "./nav";
import { now, restLoaded, reveals, rotations, tryRefresh } from "./state";
import { left, moment } from "./time";
import { Looking } from "./work";
import type { Reveal } from "./types";

const visibleFor = 60_000;

/** Panels that were opened: they stay when the server holds the value no longer. */
const opened = signal<Reveal[]>([]);
const close = (id: string) => (opened.value = opened.value.filter((each) => each.reveal_id !== id));

function Value({ value, onHide }: { value: string; onHide: () => void }) {
    const field = useRef<HTMLTextAreaElement>(null);
    const [until, setUntil] = useState(() => now.value + visibleFor);
    const [copied, setCopied] = useState("");
    const remaining = Math.min(until - now.value, visibleFor);

    useEffect(() => field.current?.select(), []);
    useEffect(() => {
        if (remaining <= 0) onHide();
    }, [remaining <= 0]);
    useEffect(() => {
        addEventListener("pagehide", onHide);
        return () => removeEventListener("pagehide", onHide);
    }, []);

    const copy = async () => {
        try {
            await navigator.clipboard.writeText(value);
            setCopied("Copied. Save it now, then hide it.");
        } catch {
            field.current?.select();
            setCopied("The browser did not allow it. The value is selected: press Ctrl+C.");
        }
    };
    return (
        <>
            <label for="revealed">The token's value</label>
            <textarea
                ref={field}
                id="revealed"
                class="value"
                readOnly
                rows={5}
                value={value}
                autoComplete="off"
                spellcheck={false}
                translate={false}
            />
            <div class="buttons">
                <button type="button" class="main" onClick={copy}>
                    Copy
                </button>
                <button type="button" class="quiet" onClick={onHide}>
                    Hide now
                </button>
                <button type="button" class="quiet" onClick={() => setUntil(now.value + visibleFor)}>
                    Keep for another minute
                </button>
            </div>
            <p class="hint" role="status">
                {copied}
            </p>
            <p class="hint">Hidden in {left(remaining)}. After that, this page cannot show it again.</p>
        </>
    );
}

function Panel({ reveal }: { reveal: Reveal }) {
    const [stage, setStage] = useState<"closed" | "busy" | "open" | "hidden">("closed");
    const [value, setValue] = useState("");
    const [problem, setProblem] = useState("");
    const heading = useRef<HTMLHeadingElement>(null);
    const promised = reveal.for_agent && (stage === "closed" || stage === "busy");
    const rotation = rotations.value.find((each) => each.new === reveal.token_name && each.state === "waiting");

    const show = async () => {
        if (stage === "busy") return;
        setStage("busy");
        opened.value = [...opened.value, reveal];
        try {
            setValue(await api.reveal(reveal.reveal_id, reveal.nonce));
            setStage("open");
        } catch (failure) {
            setProblem((failure as Error).message);
            setStage("hidden");
        }
        tryRefresh();
    };
    const hide = () => {
        setValue("");
        setStage("hidden");
        announce("The value is hidden.");
        heading.current?.focus();
    };

    return (
        <article class="card reveal" aria-labelledby={`reveal-${reveal.reveal_id}`}>
            <h3 id={`reveal-${reveal.reveal_id}`} ref={heading} tabIndex={-1}>
                Value of <bdi class="name">{reveal.token_name}</bdi>
            </h3>
            {stage !== "hidden" && !promised && (
                <p class="warning">
                    <span class="sign" aria-hidden="true">
                        !
                    </span>
                    <span>
                        <strong>Save this token now: it will not be shown again.</strong> Put it into a
                        password manager, a CI/CD secret store or a TrueFoundry secret group. Never into Git,
                        a chat or an e-mail.
                    </span>
                </p>
            )}
            {promised && (
                <p>
                    Promised to the agent, which has not taken it yet. If you show it here, the agent can no longer
                    have it.
                </p>
            )}
            {rotation && stage !== "hidden" && (
                <p class="warning">
                    <span class="sign" aria-hidden="true">
                        !
                    </span>
                    <span>
                        <bdi>{rotation.words}</bdi> <a href={`${home}/rotations`}>Keep the old token</a>
                    </span>
                </p>
            )}
            {(stage === "closed" || stage === "busy") && (
                <>
                    <p>
                        Preview <code>{reveal.masked}</code>. Held in memory for{" "}
                        {left(Date.parse(reveal.until) - now.value)} more
                        <span class="hint"> (until {moment(reveal.until)})</span>.
                    </p>
                    <div class="buttons">
                        <button type="button" class="main" aria-disabled={stage === "busy"} onClick={show}>
                            {reveal.for_agent ? "Show it here instead" : "Show the value once"}
                        </button>
                    </div>
                </>
            )}
            {stage === "open" && <Value value={value} onHide={hide} />}
            {stage === "hidden" && (
                <>
                    {problem ? (
                        <p class="problem" role="alert">
                            {problem}
                        </p>
                    ) : (
                        <p>
                            Hidden. It was shown once and cannot be shown again. If it was lost, delete the
                            token and create a new one.
                        </p>
                    )}
                    <div class="buttons">
                        <button type="button" class="quiet" onClick={() => close(reveal.reveal_id)}>
                            Close
                        </button>
                    </div>
                </>
            )}
        </article>
    );
}

export function Reveals() {
    useEffect(() => () => void (opened.value = []), []);
    const waiting = reveals.value.filter(
        (each) =>
            Date.parse(each.until) > now.value &&
            !opened.value.some((open) => open.reveal_id === each.reveal_id),
    );
    const all = [...opened.value, ...waiting];
    return (
        <section aria-labelledby="reveals-title">
            <h2 id="reveals-title">New values to save</h2>
            {!restLoaded.value && <Looking />}
            {restLoaded.value && all.length === 0 && (
                <p class="hint">None. The value of a new token waits here if you chose to see it on this page.</p>
            )}
            {all.map((reveal) => (
                <Panel key={reveal.reveal_id} reveal={reveal} />
            ))}
        </section>
    );
}
