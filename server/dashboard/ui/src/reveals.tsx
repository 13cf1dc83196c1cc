// New tokens' values that wait for their one showing. A value that is visible is in one panel for its minute, whichever
// view is looked at, and nowhere else.
import { computed, effect, signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { announce, hush } from "./announce";
import { api, Failure } from "./api";
import { home } from "./nav";
import { connection, readings, restLoaded, reveals, rotations, session, tryRefresh } from "./state";
import { inMoments, left, moment, now } from "./time";
import { lostValue, values } from "./words";
import { Looking } from "./work";
import type { LostValue, Reveal } from "./types";

const visibleFor = 60_000;

/** What was opened: it stays when the server holds the value no longer. */
interface Opened {
    reveal: Reveal;
    stage: "busy" | "open" | "hidden" | "unanswered";
    value: string;
    /** When the value hides itself. */
    until: number;
    problem: string;
    /** How often the server had told what it holds when it did not answer. */
    reading: number;
}

const opened = signal<Opened[]>([]);
const close = (id: string) => (opened.value = opened.value.filter((each) => each.reveal.reveal_id !== id));
const change = (id: string, to: Partial<Opened>) =>
    (opened.value = opened.value.map((each) => (each.reveal.reveal_id === id ? { ...each, ...to } : each)));

/** The one that is visible under Values now, for the other views. */
export const visible = computed(() => opened.value.find((each) => each.stage === "open"));
export const visibleLeft = computed(() =>
    visible.value ? left(Math.min(visible.value.until - now.value, visibleFor)) : "",
);

const hide = (id: string) => {
    change(id, { value: "", stage: "hidden" });
    const name = opened.value.find((each) => each.reveal.reveal_id === id)?.reveal.token_name;
    announce(`The value of ${name} is hidden now.`);
};

effect(() => {
    for (const { reveal, stage, until } of opened.value)
        if (stage === "open" && until <= now.value) hide(reveal.reveal_id);
});
effect(() => {
    if (!session.value?.signed_in && opened.peek().length > 0) opened.value = [];
});
addEventListener("pagehide", () => {
    for (const { reveal, stage } of opened.value) if (stage === "open") hide(reveal.reveal_id);
});

async function show(reveal: Reveal): Promise<void> {
    const id = reveal.reveal_id;
    hush(); // what was said of it before would cover it on a small screen
    close(id); // of a try before
    opened.value = [...opened.value, { reveal, stage: "busy", value: "", until: 0, problem: "", reading: 0 }];
    try {
        const value = await api.reveal(id, reveal.nonce);
        change(id, { value, stage: "open", until: now.value + visibleFor });
    } catch (failure) {
        const silent = failure instanceof Failure && failure.status === 0;
        change(id, {
            problem: (failure as Error).message,
            stage: silent ? "unanswered" : "hidden",
            reading: readings.value,
        });
    }
    tryRefresh();
}

const lost = signal<LostValue[]>([]);
const closed = signal<ReadonlySet<string>>(new Set());

function Value({ opened: { reveal, value, until } }: { opened: Opened }) {
    const field = useRef<HTMLTextAreaElement>(null);
    const [copied, setCopied] = useState("");
    const id = reveal.reveal_id;

    useEffect(() => field.current?.select(), []);

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
                <button type="button" class="quiet" onClick={() => hide(id)}>
                    Hide now
                </button>
                <button type="button" class="quiet" onClick={() => change(id, { until: now.value + visibleFor })}>
                    Keep for another minute
                </button>
            </div>
            <p class="hint" role="status">
                {copied}
            </p>
            <p class="hint">Hidden in {left(Math.min(until - now.value, visibleFor))}. After that, this page cannot show it again.</p>
        </>
    );
}

/** The server was asked for it and did not answer: held it still, or shown to no one, as the server says once it is back. */
function Unanswered({ problem, reading }: Opened) {
    const back = connection.value === "live" && readings.value > reading;
    return (
        <p class="problem" role="alert">
            {back ? lostValue : problem}
        </p>
    );
}

function Panel({ reveal, opened }: { reveal: Reveal; opened?: Opened | undefined }) {
    const stage = opened?.stage ?? "closed";
    const heading = useRef<HTMLHeadingElement>(null);
    const wasOpen = useRef(false);
    const waits = stage === "closed" || stage === "busy";
    const cut = connection.value === "offline";
    const promised = reveal.for_agent && waits;
    const rotation = rotations.value.find(
        (each) => each.new === reveal.token_name && (each.state === "waiting" || each.state === "due"),
    );
    useEffect(() => {
        if (wasOpen.current && stage === "hidden") heading.current?.focus();
        wasOpen.current = stage === "open";
    }, [stage]);

    return (
        <article class="card reveal" aria-labelledby={`reveal-${reveal.reveal_id}`}>
            <h3 id={`reveal-${reveal.reveal_id}`} ref={heading} tabIndex={-1}>
                Value of <bdi class="name">{reveal.token_name}</bdi>
            </h3>
            {(waits || stage === "open") && !promised && (
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
            {rotation && (
                <p class="warning">
                    <span class="sign" aria-hidden="true">
                        !
                    </span>
                    <span>
                        <bdi>{inMoments(rotation.words)}</bdi> <a href={`${home}/rotations`}>Keep the old token</a>
                    </span>
                </p>
            )}
            {waits && cut && (
                <p class="cut" role="alert">
                    No connection to the server, which held the value in its memory. If it has stopped, the value is
                    lost: delete this token and create a new one.
                </p>
            )}
            {waits && !cut && (
                <p>
                    Preview <code>{reveal.masked}</code>. Held in memory for{" "}
                    {left(Date.parse(reveal.until) - now.value)} more
                    <span class="hint"> (until {moment(reveal.until)})</span>.
                </p>
            )}
            {waits && (
                <div class="buttons">
                    <button
                        type="button"
                        class="main"
                        aria-disabled={stage === "busy" || cut}
                        onClick={() => stage === "closed" && !cut && show(reveal)}
                    >
                        {reveal.for_agent ? "Show it here instead" : "Show the value once"}
                    </button>
                </div>
            )}
            {opened && stage === "open" && <Value opened={opened} />}
            {opened && (stage === "hidden" || stage === "unanswered") && (
                <>
                    {stage === "unanswered" ? (
                        <Unanswered {...opened} />
                    ) : opened.problem ? (
                        <p class="problem" role="alert">
                            {opened.problem}
                        </p>
                    ) : (
                        <p>
                            Hidden. It was shown once and cannot be shown again.{" "}
                            {rotation
                                ? "If you did not save it, keep the old token, and rotate it again."
                                : "If you did not save it, delete the token and create a new one."}
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

function Lost({ value }: { value: LostValue }) {
    return (
        <article class="card reveal" aria-labelledby={`lost-${value.id}`}>
            <h3 id={`lost-${value.id}`}>
                Value of <bdi class="name">{value.token_name}</bdi>
            </h3>
            <p class="problem">{values[value.how]}</p>
            <div class="buttons">
                <button
                    type="button"
                    class="quiet"
                    onClick={() => (closed.value = new Set([...closed.value, value.id]))}
                >
                    Close
                </button>
            </div>
        </article>
    );
}

/** What is no longer to be looked at goes with the view. */
const tidy = () => (opened.value = opened.value.filter(({ stage }) => stage === "open" || stage === "busy"));

export function Reveals() {
    useEffect(() => () => void tidy(), []);
    useEffect(() => {
        api.lost().then(
            (found) => (lost.value = found),
            () => undefined, // asked again with the next reading
        );
    }, [reveals.value]);
    // One that the server still holds after it did not answer can be asked for again.
    const panels = opened.value.filter(
        ({ reveal, stage, reading }) =>
            stage !== "unanswered" ||
            readings.value === reading ||
            !reveals.value.some((each) => each.reveal_id === reveal.reveal_id),
    );
    const waiting = reveals.value.filter(
        (each) =>
            Date.parse(each.until) > now.value && !panels.some((open) => open.reveal.reveal_id === each.reveal_id),
    );
    const all = [...panels.map((each) => ({ reveal: each.reveal, opened: each })), ...waiting.map((reveal) => ({ reveal }))];
    const gone = lost.value.filter((each) => !closed.value.has(each.id));
    return (
        <section aria-labelledby="reveals-title">
            <h2 id="reveals-title">New values to save</h2>
            {!restLoaded.value && <Looking />}
            {restLoaded.value && all.length + gone.length === 0 && (
                <p class="hint">
                    None. The value of a new token waits here if you chose to see it on this page. If several people
                    approved it, the first of them to open it has seen it.
                </p>
            )}
            {all.map((each) => (
                <Panel key={each.reveal.reveal_id} {...each} />
            ))}
            {gone.map((each) => (
                <Lost key={each.id} value={each} />
            ))}
        </section>
    );
}
