// One request, in the order that helps to decide: what is verified, what exactly, the agent's words, what then, how long.
import { useEffect, useRef } from "preact/hooks";
import { announce } from "./announce";
import { Decide } from "./decide";
import { Changes } from "./narrow";
import { People } from "./people";
import { now, wanted } from "./state";
import { left, moment } from "./time";
import { title, verb } from "./words";
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

export function Facts({ approval }: { approval: Approval }) {
    const { subject, shown, warnings } = approval.facts;
    return (
        <>
            <h4>Verified by this server</h4>
            <dl class="facts">
                {subject && (
                    <div>
                        <dt>Token</dt>
                        <dd>
                            <bdi class="name">{subject}</bdi>
                        </dd>
                    </div>
                )}
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
                        {approval.client && (
                            <>
                                {" "}
                                through <bdi>{approval.client}</bdi> (its own word)
                            </>
                        )}
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
    return (
        <article
            class={mine ? "card request wanted" : "card request"}
            aria-labelledby={`title-${approval.id}`}
        >
            <header>
                {mine && <p class="tag">The request of your link</p>}
                <h3 id={`title-${approval.id}`} tabIndex={-1}>
                    {verb(approval)}{" "}
                    {approval.facts.subject && <bdi class="name">{approval.facts.subject}</bdi>}
                </h3>
                <Countdown approval={approval} />
            </header>
            <Facts approval={approval} />
            <Changes approval={approval} />
            <Exactly approval={approval} />
            <h4>The agent says (not verified)</h4>
            {approval.agent_reason ? (
                <blockquote>
                    <bdi>{approval.agent_reason}</bdi>
                </blockquote>
            ) : (
                <p class="hint">The agent gave no reason.</p>
            )}
            <h4>If you approve</h4>
            <p>{approval.facts.effect}</p>
            {approval.because && <p class="hint">You are asked because: {approval.because}.</p>}
            <p class="hint">If you do nothing, the request expires and nothing happens.</p>
            <People approval={approval} />
            <Decide approval={approval} />
        </article>
    );
}
