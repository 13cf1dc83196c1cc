// One request, in the order that helps to decide: what is verified, what the caller claims, what exactly, what then, how long.
import { useEffect, useRef } from "preact/hooks";
import { announce } from "./announce";
import { Decide } from "./decide";
import { Changes } from "./narrow";
import { People } from "./people";
import { isPending, keepDraft, now, wanted } from "./state";
import { clock, left, moment } from "./time";
import { fate, title } from "./words";
import type { Approval } from "./types";

function Countdown({ approval }: { approval: Approval }) {
    const remaining = Date.parse(approval.expires) - now.value;
    const said = useRef(new Set<number>());
    useEffect(() => {
        for (const seconds of [60, 10]) {
            if (remaining > seconds * 1000 || remaining < (seconds - 5) * 1000 || said.current.has(seconds))
                continue;
            said.current.add(seconds);
            announce(`${seconds} seconds left for ${title(approval)}`);
        }
    }, [remaining]);
    return (
        <p class={remaining < 60_000 ? "countdown soon" : "countdown"}>
            <span aria-hidden="true">{"\u25f7"} </span>
            <strong>{left(remaining)}</strong> left{" "}
            <span class="hint">(until {moment(approval.expires)})</span>
        </p>
    );
}

/** What became of a request that this person was still typing into. */
function Ended({ approval }: { approval: Approval }) {
    const { word, by, at } = fate(approval);
    useEffect(() => announce(`${word}${by ? ` by ${by}` : ""}: ${title(approval)}`), [word]);
    return (
        <p class="ended">
            <strong>
                {word}
                {by && (
                    <>
                        {" "}
                        by <bdi>{by}</bdi>
                    </>
                )}
                , {clock(at)}
            </strong>
        </p>
    );
}

export function Facts({ approval }: { approval: Approval }) {
    const { shown, warnings } = approval.facts;
    return (
        <>
            <h4>Verified by this server</h4>
            <dl class="facts">
                {shown.map((fact) => (
                    <div>
                        <dt>{fact.label}</dt>
                        <dd>
                            <bdi>{fact.value}</bdi>
                        </dd>
                    </div>
                ))}
                <div>
                    <dt>Asked by</dt>
                    <dd>
                        <bdi>{approval.principal}</bdi>
                    </dd>
                </div>
            </dl>
            {warnings.map((warning) => (
                <p class="warning">
                    <span class="sign" aria-hidden="true">
                        !
                    </span>
                    <span>
                        <strong>Warning:</strong> {warning}
                    </span>
                </p>
            ))}
        </>
    );
}

/** Nothing in here is known to be so. */
export function Claimed({ approval }: { approval: Approval }) {
    const claims = [
        { label: "Client", words: approval.client },
        { label: "Reason", words: approval.agent_reason },
    ];
    return (
        <>
            <h4>Claimed by the caller (not verified)</h4>
            <dl class="facts claimed">
                {claims.map(({ label, words }) => (
                    <div>
                        <dt>{label}</dt>
                        <dd>{words ? <q><bdi>{words}</bdi></q> : <span class="hint">none given</span>}</dd>
                    </div>
                ))}
            </dl>
        </>
    );
}

export function Exactly({ approval }: { approval: Approval }) {
    return (
        <>
            <h4 id={`exact-${approval.id}`}>Exact arguments</h4>
            <pre tabIndex={0} role="group" aria-labelledby={`exact-${approval.id}`}>
                <code>{approval.arguments}</code>
            </pre>
            {approval.marked && (
                <p class="warning">
                    <span class="sign" aria-hidden="true">
                        !
                    </span>
                    <span>
                        This request holds hidden or look-alike characters. They are written out, such as{" "}
                        {"\u27e8"}U+202E{"\u27e9"}.
                    </span>
                </p>
            )}
            <p class="digest">
                Digest <code title={approval.digest}>{approval.short_digest}</code>
            </p>
        </>
    );
}

export function RequestCard({ approval }: { approval: Approval }) {
    const mine = approval.id === wanted.value;
    const over = !isPending(approval);
    return (
        <article
            class={`card request${mine ? " wanted" : ""}${over ? " over" : ""}`}
            aria-labelledby={`title-${approval.id}`}
            onInput={() => keepDraft(approval.id)}
        >
            <header>
                {mine && <p class="tag">Opened from your link</p>}
                <h3 id={`title-${approval.id}`} tabIndex={-1}>
                    {approval.words.title}{" "}
                    {approval.facts.subject && <bdi class="name">{approval.facts.subject}</bdi>}
                </h3>
                {over ? <Ended approval={approval} /> : <Countdown approval={approval} />}
            </header>
            {over && (
                <p class="hint">
                    This is over, and what you typed decides nothing. It is kept until you reload the page.
                </p>
            )}
            <Facts approval={approval} />
            <Claimed approval={approval} />
            <Changes approval={approval} />
            <Exactly approval={approval} />
            {!over && (
                <>
                    <h4>If you approve</h4>
                    <p>{approval.facts.effect}</p>
                    {approval.because && <p class="hint">Why you are asked: {approval.because}.</p>}
                    <p class="hint">If you do nothing, the request expires and nothing happens.</p>
                    <People approval={approval} />
                </>
            )}
            <Decide approval={approval} over={over} />
        </article>
    );
}
