// Asking for less before approving: another name, an earlier end, another team. What was changed is above the arguments.
import { useRef, useState } from "preact/hooks";
import { useDraft } from "./drafts";
import { announce } from "./announce";
import { api } from "./api";
import { labelOf, wordsOf } from "./evidence";
import { Field } from "./field";
import { clock } from "./time";
import { title } from "./words";
import { useInView } from "./work";
import type { Approval, Part } from "./types";

export function Changes({ approval }: { approval: Approval }) {
    if (approval.narrowings.length === 0) return null;
    return (
        <section>
            <h4 id={`changed-${approval.id}`} tabIndex={-1}>
                Changed since it was asked
            </h4>
            <dl class="facts changes">
                {approval.narrowings.map((each) => (
                    <div>
                        <dt>
                            <bdi>{labelOf(each.argument.split(".").at(-1)!)}</bdi>
                        </dt>
                        <dd>
                            asked:{" "}
                            {each.asked === null ? (
                                "not given"
                            ) : (
                                <bdi class="before">{wordsOf(each.asked)}</bdi>
                            )}
                            <br />
                            now:{" "}
                            <strong>
                                <bdi>{wordsOf(each.approved)}</bdi>
                            </strong>{" "}
                            <span class="hint">
                                by <bdi>{each.by}</bdi>, {clock(each.at)}
                            </span>
                        </dd>
                    </div>
                ))}
            </dl>
        </section>
    );
}

/** The next frame: what was changed is on the page by then. */
const focusChanges = (id: string) =>
    requestAnimationFrame(() => document.getElementById(`changed-${id}`)?.focus());

export function Narrow({ approval, cut, busy, run, complain }: Part) {
    const { may_narrow: may, votes, id } = approval;
    const first = useRef<HTMLInputElement>(null);
    const [name, setName] = useDraft(id, "new-name");
    const [expiration, setExpiration] = useDraft(id, "new-end");
    const [team, setTeam] = useDraft(id, "new-team");
    const [open, setOpen] = useState(false);
    const part = useInView<HTMLDetailsElement>(open);
    if (!may) return null;
    const problem = `problem-${id}`;

    const submit = (event: Event) => {
        event.preventDefault();
        if (busy || cut) return;
        const change = { name: name.trim(), expiration: expiration.trim(), team: team.trim() };
        if (Object.values(change).every((each) => each === "")) {
            complain("Say what to change.");
            first.current?.focus();
            return;
        }
        void run(
            () => api.narrow(id, { digest: approval.digest, ...change }),
            (changed) => {
                setName("");
                setExpiration("");
                setTeam("");
                setOpen(false);
                announce(`Changed, and not yet approved: ${title(changed)}`);
                focusChanges(id);
            },
        );
    };

    return (
        <details ref={part} class="narrow" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
            <summary>Ask for less before approving{"\u2026"}</summary>
            <form onSubmit={submit} noValidate>
                <div class="fields">
                    {may.name && (
                        <Field
                            id={`new-name-${id}`}
                            label="Another name"
                            placeholder={approval.facts.subject}
                            field={first}
                            {...{ value: name, set: setName, problem }}
                        />
                    )}
                    {may.expiration && (
                        <Field
                            id={`new-end-${id}`}
                            label="An earlier end"
                            placeholder="30 days"
                            hint="A number of days, or a date such as 2027-02-21."
                            {...{ value: expiration, set: setExpiration, problem }}
                        />
                    )}
                    {may.team && (
                        <Field
                            id={`new-team-${id}`}
                            label="Another team"
                            placeholder={approval.token_kind?.team || "none"}
                            {...{ value: team, set: setTeam, problem }}
                        />
                    )}
                </div>
                <div class="buttons">
                    <button type="submit" class="quiet" aria-disabled={busy || cut}>
                        Change the request
                    </button>
                </div>
                <p class="hint">
                    This approves nothing: you then decide on what it asks for
                    {votes.length > 0 ? ", and so does everybody who approved it before" : ""}. The agent is
                    told what was changed.
                </p>
            </form>
        </details>
    );
}
