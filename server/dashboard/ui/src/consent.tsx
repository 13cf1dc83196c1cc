// A program asks to act for the person who is signed in: who it is, what it may do then, and their answer. The server asks
// anew each time, and gives the program a code only in answer to Allow.
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "./api";
import { moment } from "./time";
import { Looking, Problem, useWork } from "./work";

interface Question {
    /** Of the address that is the program's id; null for one that is registered here. */
    host: string | null;
    /** What it calls itself; of one that is listed, what the operator calls it. */
    name: string;
    /** The operator added it. */
    listed: boolean;
    client_id: string;
    /** The host, or the private scheme, at which it is answered. */
    answer_to: string;
    loopback: boolean;
    may_request: boolean;
    person: string;
    until: string;
    pending: string;
}

interface WayBack {
    address: string;
    error: string;
    words: string;
    answer_to: string;
    /** Whether to go there without asking. */
    at_once: boolean;
}

type Asked = { question: Question } | { back: WayBack };

/** The client's state goes back as it came, from here: the server would take out of its answer what looks like a token. */
function withState(address: string, query: string): string {
    const state = new URLSearchParams(query).get("state");
    return state ? `${address}&state=${encodeURIComponent(state)}` : address;
}

/** How long it has to be seen before it can be allowed: a click that was meant for something else does not count. */
const patience = 500;

function useArmed(): boolean {
    const [armed, setArmed] = useState(false);
    useEffect(() => {
        let timer: ReturnType<typeof setTimeout> | undefined;
        const again = () => {
            clearTimeout(timer);
            setArmed(false);
            if (document.visibilityState === "visible") timer = setTimeout(() => setArmed(true), patience);
        };
        document.addEventListener("visibilitychange", again);
        addEventListener("focus", again);
        again();
        return () => {
            clearTimeout(timer);
            document.removeEventListener("visibilitychange", again);
            removeEventListener("focus", again);
        };
    }, []);
    return armed;
}

/** Does nothing before it is armed, and nothing by a press that began before, or by a key that is held down. */
function Allow({ busy, allow }: { busy: boolean; allow: () => void }) {
    const armed = useArmed();
    const stray = useRef(false);
    return (
        <button
            type="button"
            class="main"
            aria-disabled={busy || !armed}
            onPointerDown={() => (stray.current = !armed)}
            onKeyDown={(event) => (stray.current = !armed || event.repeat)}
            onClick={() => armed && !stray.current && allow()}
        >
            Allow
        </button>
    );
}

function Who({ question: { host, listed, name, client_id } }: { question: Question }) {
    const claim = name && (
        <>
            {" "}
            It calls itself {"\u201c"}
            <bdi>{name}</bdi>
            {"\u201d"}. Any program could use that name.
        </>
    );
    if (host !== null)
        return (
            <>
                <p class="asks">
                    <bdi>{host}</bdi>
                </p>
                <p>This is where the program comes from.{claim}</p>
            </>
        );
    if (listed)
        return (
            <>
                <p class="asks">
                    <bdi>{name || client_id}</bdi>
                </p>
                <p>The operator of this server added it{name && " under this name"}.</p>
                {name && (
                    <p class="by">
                        <bdi>{client_id}</bdi>
                    </p>
                )}
            </>
        );
    return (
        <>
            <p class="asks">An unverified program</p>
            <p>It registered itself here.{claim}</p>
        </>
    );
}

function Facts({ question: { answer_to, loopback, person, until } }: { question: Question }) {
    return (
        <dl class="facts">
            <div>
                <dt>It acts for</dt>
                <dd>
                    <bdi>{person}</bdi>
                </dd>
            </div>
            <div>
                <dt>Access goes to</dt>
                <dd>
                    <bdi>{answer_to}</bdi>
                    {loopback && " (this computer). Any program on it could receive it."}
                </dd>
            </div>
            <div>
                <dt>Until</dt>
                <dd>
                    {moment(until)} at the latest. You can revoke it sooner; it also ends after 30 days without use.
                </dd>
            </div>
        </dl>
    );
}

function Form({ question, query, leave }: { question: Question; query: string; leave: (to: WayBack) => void }) {
    const [change, setChange] = useState(question.may_request);
    const { busy, problem, run } = useWork();
    const [allowed, setAllowed] = useState(false);
    const title = useRef<HTMLHeadingElement>(null);
    useEffect(() => title.current?.focus(), []);
    const allow = () =>
        run(async () => {
            const wish = { query, pending: question.pending, may_request: change };
            const { address } = await ask<{ address: string }>("consent/allow", wish);
            setAllowed(true);
            location.assign(withState(address, query));
        });
    const deny = () => run(async () => leave((await ask<{ back: WayBack }>("consent/deny", { query })).back));
    if (allowed)
        return (
            <p role="status">
                Allowed. <bdi>{question.answer_to}</bdi> goes on from here; you can close this page.
            </p>
        );
    return (
        <section aria-labelledby="consent-title">
            <h2 id="consent-title" ref={title} tabIndex={-1}>
                A program wants to act for you
            </h2>
            <Who question={question} />
            <Facts question={question} />
            <h3 class="able">It will be able to</h3>
            <ul>
                <li>see the access tokens, but not their values</li>
                {question.may_request && (
                    <li>
                        <label class="switch">
                            <input
                                type="checkbox"
                                checked={change}
                                onChange={(event) => setChange(event.currentTarget.checked)}
                            />
                            ask for changes; a person still decides on each one
                        </label>
                    </li>
                )}
            </ul>
            <p class="hint">If you did not just start this yourself, choose Deny.</p>
            <Problem words={problem} />
            <div class="buttons">
                <Allow busy={busy} allow={() => void allow()} />
                <button type="button" class="quiet" aria-disabled={busy} onClick={() => void deny()}>
                    Deny
                </button>
            </div>
        </section>
    );
}

/** The program is told; where its address is not to be trusted, the person goes there, or does not. */
function Back({ back, query }: { back: WayBack; query: string }) {
    const leave = () => location.assign(withState(back.address, query));
    useEffect(() => {
        if (back.at_once) leave();
    }, []);
    return (
        <section aria-labelledby="consent-title">
            <h2 id="consent-title">Nothing was allowed</h2>
            {back.error !== "access_denied" && (
                <p>
                    The program asked in a way that this server does not answer: {back.words} ({back.error}).
                </p>
            )}
            <p>
                The program is told so at <bdi>{back.answer_to}</bdi>.
            </p>
            {!back.at_once && (
                <button type="button" class="quiet" onClick={leave}>
                    Go there
                </button>
            )}
        </section>
    );
}

export function Consent() {
    const [query] = useState(location.search.slice(1));
    const [asked, setAsked] = useState<Asked | null>(null);
    const { problem, run } = useWork();
    useEffect(() => void run(async () => setAsked(await ask<Asked>("consent", { query }))), []);
    if (problem) return <Problem words={problem} />;
    if (!asked) return <Looking />;
    if ("back" in asked) return <Back back={asked.back} query={query} />;
    return <Form question={asked.question} query={query} leave={(back) => setAsked({ back })} />;
}
