// Who is enrolled, as `tfy-pat-mcp people list` says it; inviting, confirming and suspending people.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { announce } from "./announce";
import { api } from "./api";
import { focusSoon, home } from "./nav";
import { readings, session } from "./state";
import { moment } from "./time";
import { Problem, useWork } from "./work";
import type { Invitation, Person } from "./types";

const people = signal<Person[] | null>(null);

/** The command that makes someone the first person. */
const beFirst = signal("");

async function look(): Promise<void> {
    const found = await api.people();
    people.value = found.people;
    beFirst.value = found.be_first;
}

/** What was last done here, in words. */
const done = signal("");

const suspend = async (name: string) =>
    `${name} is suspended. With it ended: ${(await api.suspend(name)).ended}.`;

const may = (person: Person) => person.confirmed && !person.suspended;

function stateOf({ suspended, confirmed, let_in_by, name }: Person): string {
    if (suspended) return `Suspended on ${moment(suspended)}`;
    if (confirmed) return "May decide";
    const me = session.value?.person;
    if (name === me || let_in_by === me) return "Someone other than you has to confirm them";
    const other = let_in_by && !let_in_by.includes("://") ? ` other than ${let_in_by}` : "";
    return `Waits for a person${other} to confirm them`;
}

function Row({ person, last }: { person: Person; last: boolean }) {
    const { name, let_in_by, suspended, confirmed } = person;
    const me = session.value?.person;
    const [sure, setSure] = useState(false);
    const { busy, problem, run } = useWork();
    const change = (work: () => Promise<string>) =>
        run(async () => {
            const words = await work();
            announce(words);
            done.value = words;
            setSure(false);
            focusSoon("people-title");
            await look();
        });
    return (
        <li class="entry with-button">
            <div>
                <h3>
                    <bdi>{name}</bdi>
                    {name === me && " (you)"}
                </h3>
                <p class="by">
                    {stateOf(person)};{" "}
                    {let_in_by ? (
                        <>
                            {let_in_by.includes("://") ? "came from" : "invited by"} <bdi>{let_in_by}</bdi>
                        </>
                    ) : (
                        "the first person"
                    )}
                    , enrolled on {moment(person.enrolled)}
                </p>
                {sure && name === me && (
                    <p class="note">
                        <strong>This is you.</strong> You are signed out at once, and cannot decide here again.
                    </p>
                )}
                {sure && (
                    <p class="note">
                        The sessions, codes and keys of <bdi>{name}</bdi> end at once, with the standing permissions
                        that they gave, their votes, and what their agents ask. It cannot be undone, and the name is
                        never used again.
                    </p>
                )}
            </div>
            <div class="buttons">
                {!confirmed && !suspended && let_in_by !== me && name !== me && (
                    <button
                        type="button"
                        class="main small"
                        aria-disabled={busy}
                        onClick={() => change(() => api.confirm(name).then(() => `${name} may decide.`))}
                    >
                        Confirm<span class="unseen"> {name}</span>
                    </button>
                )}
                {!suspended && !last && (
                    <button
                        type="button"
                        class={sure ? "danger small" : "quiet small"}
                        aria-disabled={busy}
                        onClick={() => (sure ? change(() => suspend(name)) : setSure(true))}
                    >
                        Suspend<span class="unseen"> {name}</span>
                        {!sure && "\u2026"}
                    </button>
                )}
                {sure && (
                    <button type="button" class="quiet small" onClick={() => setSure(false)}>
                        Cancel
                    </button>
                )}
            </div>
            <Problem words={problem} />
        </li>
    );
}

function Invite() {
    const [name, setName] = useState("");
    const [made, setMade] = useState<Invitation | null>(null);
    const { busy, problem, run } = useWork();
    const submit = (event: Event) => {
        event.preventDefault();
        void run(async () => {
            setMade(null);
            setMade(await api.invite(name.trim()));
            setName("");
        });
    };
    return (
        <form onSubmit={submit} noValidate class="invite">
            <label for="invite-name">Invite a person, by the name that they will sign in with</label>
            <div class="act">
                <input
                    id="invite-name"
                    type="text"
                    maxLength={64}
                    value={name}
                    autoComplete="off"
                    autoCapitalize="none"
                    spellcheck={false}
                    onInput={(event) => setName(event.currentTarget.value)}
                    aria-describedby="invite-problem"
                />
                <button type="submit" class="main" aria-disabled={busy}>
                    Invite
                </button>
            </div>
            <Problem id="invite-problem" words={problem} />
            <div role="status">
                {made && (
                    <p class="note">
                        Invitation for <bdi>{made.person}</bdi>: <code>{made.invitation}</code>. It works once, until{" "}
                        {moment(made.until)}. Hand it to them alone. They open{" "}
                        <code class="link">{`${location.origin}${home}#join=${made.invitation}`}</code>, or type it in a
                        terminal on the server's machine: <code>{made.command}</code>
                    </p>
                )}
            </div>
        </form>
    );
}

export function People() {
    const { problem, run } = useWork();
    useEffect(() => void (done.value = ""), []);
    useEffect(() => void run(look), [readings.value]);
    const all = people.value ?? [];
    const deciding = all.filter(may);
    return (
        <section aria-labelledby="people-title">
            <h2 id="people-title" tabIndex={-1}>
                People
            </h2>
            <Problem words={problem} />
            {done.value && <p class="note">{done.value}</p>}
            {people.value && all.length === 0 && (
                <p class="hint">
                    No one is enrolled. Be the first, in a terminal on the server's machine:{" "}
                    <code>{beFirst.value}</code>
                </p>
            )}
            <ul class="entries">
                {all.map((each) => (
                    <Row key={each.name} person={each} last={may(each) && deciding.length === 1} />
                ))}
            </ul>
            <Invite />
        </section>
    );
}
