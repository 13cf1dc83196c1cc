// The two decisions, in a bar that is always in view. Approving takes the typed name and, for a new token, where its value goes; denying takes a reason.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { announce } from "./announce";
import { api } from "./api";
import { dropDraft, isDraft, keepDraft, typedInto, useDraft } from "./drafts";
import { decided, habits } from "./habits";
import { Fate, OfValue } from "./evidence";
import { focusSoon, home } from "./nav";
import { goOn } from "./next";
import { signature } from "./passkeys";
import { session } from "./state";
import { commonReasons, destinations, fate, moreOf, states, title, whenItRuns } from "./words";
import { Problem } from "./work";
import type { Approval, Destination, Part } from "./types";

function Destinations({
    approval,
    chosen,
    choose,
}: {
    approval: Approval;
    chosen: Destination;
    choose: (to: Destination) => void;
}) {
    return (
        <fieldset class="destinations">
            <legend>Where should the new value go?</legend>
            <div class="choices">
                {approval.destinations.map((each) => (
                    <label class="choice">
                        <input
                            type="radio"
                            name={`to-${approval.id}`}
                            value={each}
                            checked={chosen === each}
                            onChange={() => choose(each)}
                        />
                        <span>{destinations[each].word}</span>
                    </label>
                ))}
            </div>
            <p class={chosen === "agent" ? "hint caution" : "hint"}>{moreOf(chosen, approval.quorum)}</p>
        </fieldset>
    );
}

/** Why this person cannot approve it; nothing where they can. */
export function whyBarred({ may_decide: may, min_assurance }: Approval): ComponentChildren {
    if (!may?.approve) return may?.why_not ?? " ";
    if (min_assurance !== "passkey" || session.value?.passkeys) return null;
    return (
        <>
            The rule asks that your passkey signs this decision. <a href={`${home}/passkeys`}>Register a passkey</a>{" "}
            first.
        </>
    );
}

/** What this person cannot do, and why; denying may still be theirs. */
function Barred({ approval, cut, why, onDeny }: Part & { why: ComponentChildren; onDeny: () => void }) {
    const mayDeny = (approval.may_decide?.deny ?? false) && !cut;
    const reason = `barred-${approval.id}`;
    return (
        <div class="decide">
            <p id={reason} class="note">
                <strong>You cannot approve this.</strong> {why}
            </p>
            <div class="buttons">
                <button type="button" class="main barred" aria-disabled={true} aria-describedby={reason}>
                    {approval.words.button}
                </button>
                <button
                    type="button"
                    class={mayDeny ? "quiet" : "quiet barred"}
                    data-key="d"
                    aria-disabled={!mayDeny}
                    aria-describedby={mayDeny ? undefined : reason}
                    onClick={() => mayDeny && onDeny()}
                >
                    Deny{"\u2026"}
                </button>
            </div>
        </div>
    );
}

/** To the count of approvals where more people are needed, else to the next request. */
function afterApproval(now: Approval): void {
    if (now.state !== "pending") {
        announce(`Approved: ${title(now)}.${now.state === "approved" ? ` ${whenItRuns(now)}` : ""}`);
        goOn(now.id);
        return;
    }
    dropDraft(now.id);
    announce(`Your approval is recorded: ${now.votes.length} of ${now.quorum} for ${title(now)}`);
    focusSoon(`votes-${now.id}`);
}

function Approve({ approval, cut, busy, run, complain, onDeny }: Part & { onDeny: () => void }) {
    const { id, digest } = approval;
    const wanted = approval.facts.to_type;
    const name = useRef<HTMLInputElement>(null);
    const note = useRef<HTMLTextAreaElement>(null);
    // A change binds the request anew: what was typed for it before is void with its digest.
    const [typed, setTyped] = useDraft(id, `typed ${digest}`);
    const [reason, setReason] = useDraft(id, `note ${digest}`);
    const [to, setTo] = useDraft(id, `to ${digest}`, approval.destinations[0] ?? "");
    const first = approval.votes[0]; // chose where the value goes; the others may only agree

    const submit = (event: Event) => {
        event.preventDefault();
        if (busy || cut) return;
        if (typed.trim() !== wanted.trim()) {
            complain(
                wanted === approval.facts.subject
                    ? `Type the token's name, ${wanted}, to approve.`
                    : `Type exactly: ${wanted}.`,
            );
            name.current?.focus();
            return;
        }
        if (approval.reason_required && reason.trim() === "") {
            complain("The rule requires a reason for this approval.");
            note.current?.focus();
            return;
        }
        const choice = {
            digest,
            typed_name: wanted,
            destination: first ? ("" as const) : (to as Destination | ""),
            reason: reason.trim(),
        };
        void run(
            async () => api.approve(id, { ...choice, ...(await signature(approval, choice)) }),
            (now) => {
                decided(digest, true);
                afterApproval(now);
            },
        );
    };

    return (
        <form class="decide" onSubmit={submit} noValidate>
            {first?.destination ? (
                <p>
                    The new value: <strong>{destinations[first.destination].word.toLowerCase()}</strong>, as{" "}
                    <bdi>{first.by}</bdi> chose. {moreOf(first.destination, approval.quorum)}
                </p>
            ) : (
                approval.destinations.length > 0 && (
                    <Destinations approval={approval} chosen={to as Destination} choose={setTo} />
                )
            )}
            {approval.reason_required && (
                <div class="field">
                    <label for={`note-${id}`}>Your reason (required)</label>
                    <textarea
                        ref={note}
                        id={`note-${id}`}
                        rows={2}
                        maxLength={500}
                        value={reason}
                        onInput={(event) => setReason(event.currentTarget.value)}
                        aria-describedby={`problem-${id}`}
                    />
                </div>
            )}
            <div class="act">
                {wanted && (
                    <div class="field">
                        <label for={`name-${id}`}>
                            Type <bdi class="name">{wanted}</bdi> to approve
                        </label>
                        <input
                            ref={name}
                            id={`name-${id}`}
                            data-key="a"
                            type="text"
                            value={typed}
                            autoComplete="off"
                            autoCapitalize="none"
                            spellcheck={false}
                            onInput={(event) => {
                                setTyped(event.currentTarget.value);
                                complain("");
                            }}
                            aria-describedby={`problem-${id}`}
                        />
                    </div>
                )}
                <div class="buttons">
                    <button
                        type="submit"
                        class={approval.words.danger ? "main danger" : "main"}
                        data-key={wanted ? undefined : "a"}
                        aria-disabled={busy || cut}
                    >
                        {busy ? "Sending\u2026" : approval.words.button}
                    </button>
                    <button type="button" class="quiet" data-key="d" onClick={onDeny}>
                        Deny{"\u2026"}
                    </button>
                </div>
            </div>
        </form>
    );
}

function Deny({ approval, cut, busy, run, complain, onBack }: Part & { onBack: () => void }) {
    const box = useRef<HTMLTextAreaElement>(null);
    const [reason, setReason] = useDraft(approval.id, "why");
    useEffect(() => box.current?.focus(), []);

    const submit = (event: Event) => {
        event.preventDefault();
        if (busy || cut) return;
        if (reason.trim() === "") {
            complain("Give a reason. The agent will see it.");
            box.current?.focus();
            return;
        }
        void run(
            async () => {
                const denial = { verb: "deny", reason: reason.trim() };
                return api.deny(approval.id, { ...denial, ...(await signature(approval, denial)) });
            },
            () => {
                decided(approval.digest, false);
                announce(`Denied: ${title(approval)}`);
                goOn(approval.id);
            },
        );
    };
    const write = (words: string) => {
        setReason(words);
        if (words.trim() !== "") complain("");
    };
    const pick = (words: string) => {
        write(words);
        keepDraft(approval.id);
        box.current?.focus();
    };

    return (
        <form
            class="decide"
            onSubmit={submit}
            noValidate
            onKeyDown={(event) => event.key === "Escape" && onBack()}
        >
            <div class="field">
                <label for={`why-${approval.id}`}>Reason for the denial. The agent will see it.</label>
                <div class="reasons" role="group" aria-label="Common reasons">
                    {commonReasons(approval).map((words) => (
                        <button type="button" class="quiet small" onClick={() => pick(words)}>
                            {words}
                        </button>
                    ))}
                </div>
                <textarea
                    ref={box}
                    id={`why-${approval.id}`}
                    rows={2}
                    maxLength={500}
                    value={reason}
                    required
                    onInput={(event) => write(event.currentTarget.value)}
                    onKeyDown={(event) => {
                        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
                    }}
                    aria-describedby={`problem-${approval.id}`}
                />
            </div>
            <div class="buttons">
                <button type="submit" class="main" aria-disabled={busy || cut}>
                    {busy ? "Sending\u2026" : "Deny request"}
                </button>
                <button type="button" class="quiet" onClick={onBack}>
                    Back
                </button>
            </div>
        </form>
    );
}

/** What became of a request that this person still looks at, and what they had typed into it. */
function Ended({ approval }: { approval: Approval }) {
    const { word, by } = fate(approval);
    const { id, state, decision } = approval;
    const runs =
        state === "approved" ? ` ${whenItRuns(approval)}` : word === "Approved" ? ` ${states[state].word}.` : "";
    const typed = isDraft(id) ? typedInto(id) : [];
    useEffect(() => announce(`${word}${by ? ` by ${by}` : ""}: ${title(approval)}.${runs}`), [word]);
    return (
        <>
            <Fate approval={approval} />
            {decision?.reason && (
                <p>
                    Reason:{" "}
                    <q>
                        <bdi>{decision.reason}</bdi>
                    </q>
                </p>
            )}
            <p class="hint">
                Nothing more can be decided.{runs} <OfValue approval={approval} />
            </p>
            {typed.length > 0 && (
                <div class="field">
                    <label for={`typed-${id}`}>You had typed</label>
                    <textarea id={`typed-${id}`} rows={typed.length} readOnly value={typed.join("\n")} />
                </div>
            )}
        </>
    );
}

/** What one does not notice oneself. */
function Habits() {
    const { quick, row } = habits.value;
    const words = [
        row > 1 && `You have approved ${row} in a row.`,
        quick > 0 && `${quick} ${quick === 1 ? "decision" : "decisions"} within two seconds of seeing the request.`,
    ].filter(Boolean);
    return words.length > 0 ? <p class="hint habits">{words.join(" ")}</p> : null;
}

/** What is typed on when the request ends under one's hands goes to no shortcut: the focus stays in a field. */
function useFocusKept(id: string, over: boolean) {
    const box = useRef<HTMLDivElement>(null);
    const typing = box.current?.contains(document.activeElement) ?? false;
    useLayoutEffect(() => {
        if (over && typing) document.getElementById(`typed-${id}`)?.focus();
    }, [over]);
    return box;
}

export function Decide({ over, problem, ...part }: Part & { over: boolean; problem: string }) {
    const { approval, cut, complain } = part;
    const box = useFocusKept(approval.id, over);
    const [denying, setDenying] = useDraft(approval.id, "denying");
    const denies = useRef(false);
    useEffect(() => {
        if (denies.current && !denying) document.querySelector<HTMLElement>(".decision [data-key='d']")?.focus();
        denies.current = !!denying;
    }, [denying]);
    const turn = (to: boolean) => {
        complain("");
        setDenying(to ? "yes" : "");
        if (to) keepDraft(approval.id);
    };
    if (over)
        return (
            <div class="decision" ref={box}>
                <Ended approval={approval} />
                <Problem words={problem} />
            </div>
        );
    const why = whyBarred(approval);
    return (
        <div class="decision" ref={box}>
            {cut && (
                <p class="cut" role="alert">
                    No connection to the server. Nothing can be decided until it answers again; what you typed is kept.
                </p>
            )}
            {denying ? (
                <Deny {...part} onBack={() => turn(false)} />
            ) : why ? (
                <Barred {...part} why={why} onDeny={() => turn(true)} />
            ) : (
                <Approve key={approval.digest} {...part} onDeny={() => turn(true)} />
            )}
            <Problem id={`problem-${approval.id}`} words={problem} />
            <Habits />
        </div>
    );
}
