// Asking for less before approving: another name, an earlier end. What was changed is above the arguments.
import { useRef, useState } from "preact/hooks";
import { useDraft } from "./drafts";
import { announce } from "./announce";
import { api } from "./api";
import { clock } from "./time";
import { title } from "./words";
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
                            <bdi>{each.argument}</bdi>
                        </dt>
                        <dd>
                            <span class="before">
                                asked: {each.asked === null ? "not given" : <bdi>{each.asked}</bdi>}
                            </span>
                            <br />
                            <span class="after">
                                now:{" "}
                                <strong>
                                    <bdi>{each.approved}</bdi>
                                </strong>
                            </span>{" "}
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

export function Narrow({ approval, over, cut, busy, run, complain }: Part) {
    const { may_narrow: may, votes, id } = approval;
    const first = useRef<HTMLInputElement>(null);
    const [name, setName] = useDraft(id, "new-name");
    const [expiration, setExpiration] = useDraft(id, "new-end");
    const [open, setOpen] = useState(false);
    if (!may) return null;

    const submit = (event: Event) => {
        event.preventDefault();
        if (busy || over || cut) return;
        const change = { name: name.trim(), expiration: expiration.trim() };
        if (change.name === "" && change.expiration === "") {
            complain("Say what to change.");
            first.current?.focus();
            return;
        }
        void run(
            () => api.narrow(id, { digest: approval.digest, ...change }),
            (changed) => {
                setName("");
                setExpiration("");
                setOpen(false);
                announce(`Changed, and not yet approved: ${title(changed)}`);
                focusChanges(id);
            },
        );
    };

    return (
        <details class="narrow" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
            <summary>Ask for less before approving{"\u2026"}</summary>
            <form onSubmit={submit} noValidate>
                <div class="fields">
                    {may.name && (
                        <div>
                            <label for={`new-name-${id}`}>Another name</label>
                            <input
                                ref={first}
                                id={`new-name-${id}`}
                                type="text"
                                value={name}
                                readOnly={over}
                                placeholder={approval.facts.subject}
                                autoComplete="off"
                                autoCapitalize="none"
                                spellcheck={false}
                                onInput={(event) => setName(event.currentTarget.value)}
                                aria-describedby={`problem-${id}`}
                            />
                        </div>
                    )}
                    {may.expiration && (
                        <div>
                            <label for={`new-end-${id}`}>An earlier end</label>
                            <input
                                ref={may.name ? null : first}
                                id={`new-end-${id}`}
                                type="text"
                                value={expiration}
                                readOnly={over}
                                placeholder="30 days"
                                autoComplete="off"
                                spellcheck={false}
                                onInput={(event) => setExpiration(event.currentTarget.value)}
                                aria-describedby={`new-end-help-${id} problem-${id}`}
                            />
                            <p id={`new-end-help-${id}`} class="hint">
                                A number of days, or a date such as 2027-02-21.
                            </p>
                        </div>
                    )}
                </div>
                {!over && (
                    <div class="buttons">
                        <button type="submit" class="quiet" aria-disabled={busy || cut}>
                            Change the request
                        </button>
                    </div>
                )}
                <p class="hint">
                    This approves nothing: you then decide on what it asks for
                    {votes.length > 0 ? ", and so does everybody who approved it before" : ""}. The agent is
                    told what was changed.
                </p>
            </form>
        </details>
    );
}
