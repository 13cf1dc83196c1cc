// The two decisions. Approving takes the typed name and, for a new token, where its value goes; denying takes a reason.
import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "./announce";
import { api, Failure } from "./api";
import { focusNext } from "./focus";
import { Narrow } from "./narrow";
import { AllowMore } from "./permit";
import { dropDraft, keepDraft, put, refresh, session } from "./state";
import { destinations, title } from "./words";
import type { Approval, Destination, Part } from "./types";

function Destinations({
    approval,
    over,
    chosen,
    choose,
}: {
    approval: Approval;
    over: boolean;
    chosen: Destination | "";
    choose: (to: Destination) => void;
}) {
    return (
        <fieldset>
            <legend>Where should the new value go?</legend>
            {approval.destinations.map((each) => (
                <label class="choice">
                    <input
                        type="radio"
                        name={`to-${approval.id}`}
                        value={each}
                        checked={chosen === each}
                        disabled={over}
                        onChange={() => choose(each)}
                    />
                    <span>
                        <strong>{destinations[each].word}</strong>
                        <small>{destinations[each].more}</small>
                    </span>
                </label>
            ))}
        </fieldset>
    );
}

/** What this person cannot do, and why; denying may still be theirs. */
function Barred({ approval, onDeny }: { approval: Approval; onDeny: () => void }) {
    const mayDeny = approval.may_decide?.deny ?? false;
    const reason = `barred-${approval.id}`;
    return (
        <div class="decide">
            <p id={reason} class="note">
                <strong>You cannot approve this.</strong> {approval.may_decide?.why_not}
            </p>
            <div class="buttons">
                <button type="button" class="main barred" aria-disabled={true} aria-describedby={reason}>
                    {approval.words.button}
                </button>
                <button
                    type="button"
                    class={mayDeny ? "quiet" : "quiet barred"}
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
        announce(`Approved: ${title(now)}`);
        focusNext();
        return;
    }
    announce(`Your approval is recorded: ${now.votes.length} of ${now.quorum} for ${title(now)}`);
    requestAnimationFrame(() => document.getElementById(`votes-${now.id}`)?.focus());
}

function Approve({ approval, over, busy, run, complain, onDeny }: Part & { onDeny: () => void }) {
    const wanted = approval.facts.to_type;
    const name = useRef<HTMLInputElement>(null);
    const note = useRef<HTMLTextAreaElement>(null);
    const [typed, setTyped] = useState("");
    const [reason, setReason] = useState("");
    const [to, setTo] = useState<Destination | "">(approval.destinations[0] ?? "");
    const first = approval.votes[0]; // chose where the value goes; the others may only agree

    const submit = (event: Event) => {
        event.preventDefault();
        if (busy || over) return;
        if (wanted && typed.trim() !== wanted) {
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
            digest: approval.digest,
            typed_name: typed.trim(),
            destination: first ? ("" as const) : to,
            reason: reason.trim(),
        };
        void run(() => api.approve(approval.id, choice, session.value?.csrf ?? ""), afterApproval);
    };

    return (
        <form class="decide" onSubmit={submit} noValidate>
            {first?.destination ? (
                <p>
                    The new value: <strong>{destinations[first.destination].word.toLowerCase()}</strong>, as{" "}
                    <bdi>{first.by}</bdi> chose. {destinations[first.destination].more}
                </p>
            ) : (
                approval.destinations.length > 0 && (
                    <Destinations approval={approval} over={over} chosen={to} choose={setTo} />
                )
            )}
            {wanted && (
                <>
                    <label for={`name-${approval.id}`}>
                        Type <bdi class="name">{wanted}</bdi> to approve
                    </label>
                    <input
                        ref={name}
                        id={`name-${approval.id}`}
                        type="text"
                        value={typed}
                        readOnly={over}
                        autoComplete="off"
                        autoCapitalize="none"
                        spellcheck={false}
                        onInput={(event) => setTyped(event.currentTarget.value)}
                        aria-describedby={`problem-${approval.id}`}
                    />
                </>
            )}
            {approval.reason_required && (
                <>
                    <label for={`note-${approval.id}`}>Your reason (required)</label>
                    <textarea
                        ref={note}
                        id={`note-${approval.id}`}
                        rows={2}
                        maxLength={500}
                        value={reason}
                        readOnly={over}
                        onInput={(event) => setReason(event.currentTarget.value)}
                        aria-describedby={`problem-${approval.id}`}
                    />
                </>
            )}
            {!over && (
                <div class="buttons">
                    <button
                        type="submit"
                        class={approval.words.danger ? "main danger" : "main"}
                        aria-disabled={busy}
                    >
                        {busy ? "Sending\u2026" : approval.words.button}
                    </button>
                    <button type="button" class="quiet" onClick={onDeny}>
                        Deny{"\u2026"}
                    </button>
                </div>
            )}
        </form>
    );
}

function Deny({ approval, over, busy, run, complain, onBack }: Part & { onBack: () => void }) {
    const box = useRef<HTMLTextAreaElement>(null);
    const [reason, setReason] = useState("");
    useEffect(() => box.current?.focus(), []);

    const submit = (event: Event) => {
        event.preventDefault();
        if (busy || over) return;
        if (reason.trim() === "") {
            complain("Give a reason. The agent will see it.");
            box.current?.focus();
            return;
        }
        void run(
            () => api.deny(approval.id, reason.trim(), session.value?.csrf ?? ""),
            () => {
                announce(`Denied: ${title(approval)}`);
                focusNext();
            },
        );
    };

    return (
        <form
            class="decide"
            onSubmit={submit}
            noValidate
            onKeyDown={(event) => event.key === "Escape" && !over && onBack()}
        >
            <label for={`why-${approval.id}`}>Reason for the denial. The agent will see it.</label>
            <textarea
                ref={box}
                id={`why-${approval.id}`}
                rows={3}
                maxLength={500}
                value={reason}
                required
                readOnly={over}
                onInput={(event) => setReason(event.currentTarget.value)}
                aria-describedby={`problem-${approval.id}`}
            />
            {!over && (
                <div class="buttons">
                    <button type="submit" class="main" aria-disabled={busy}>
                        {busy ? "Sending\u2026" : "Deny request"}
                    </button>
                    <button type="button" class="quiet" onClick={onBack}>
                        Back
                    </button>
                </div>
            )}
        </form>
    );
}

export function Decide({ approval: current, over }: { approval: Approval; over: boolean }) {
    // The forms are those of the request as it last waited: with it they would change, and lose what was typed.
    const waited = useRef(current);
    if (!over) waited.current = current;
    const approval = waited.current;
    const [denying, setDenying] = useState(false);
    const [busy, setBusy] = useState(false);
    const [problem, setProblem] = useState("");
    const run = async (work: () => Promise<Approval>, done: (now: Approval) => void) => {
        setBusy(true);
        setProblem("");
        try {
            const now = await work();
            dropDraft(now.id);
            put(now);
            done(now);
        } catch (failure) {
            setProblem((failure as Error).message);
            // Someone else was faster, or its time is over: what is shown here is old.
            if (failure instanceof Failure && [401, 403, 404, 409, 410].includes(failure.status))
                void refresh().catch(() => undefined);
        } finally {
            setBusy(false);
        }
    };
    const turn = (to: boolean) => {
        setProblem("");
        setDenying(to);
        if (to) keepDraft(approval.id);
    };

    if (approval.min_assurance === "passkey")
        return (
            <p class="warning">The rule requires a passkey for this decision, so you cannot make it on this page.</p>
        );
    // A change binds the request anew: what was typed for it before is void with its digest.
    const part = { approval, over, busy, run, complain: setProblem };
    return (
        <>
            {denying ? (
                <Deny {...part} onBack={() => turn(false)} />
            ) : approval.may_decide?.approve ? (
                <Approve key={approval.digest} {...part} onDeny={() => turn(true)} />
            ) : (
                !over && <Barred approval={approval} onDeny={() => turn(true)} />
            )}
            <p id={`problem-${approval.id}`} class="problem" role="alert">
                {problem}
            </p>
            {!denying && <Narrow {...part} />}
            {!denying && !over && <AllowMore approval={approval} />}
        </>
    );
}
