// What a decision rests on: what is asked, what this server verified, and apart from that what the caller claims.
import { addressOf } from "./nav";
import { clock, inMoments, moment } from "./time";
import { fate, values } from "./words";
import type { Approval } from "./types";

type Fact = { label: string; value: string; to?: string };

export const Pairs = ({ facts, kind }: { facts: Fact[]; kind?: string }) => (
    <dl class={kind ? `facts ${kind}` : "facts"}>
        {facts.map(({ label, value, to }) => (
            <div>
                <dt>{label}</dt>
                <dd>
                    {to ? <a href={to}>{value}</a> : <bdi>{inMoments(value)}</bdi>}
                </dd>
            </div>
        ))}
    </dl>
);

/** "expirationDate" → "Expiration date" */
export function labelOf(key: string): string {
    const words = key.replace(/([a-z])([A-Z])/g, "$1 $2").replaceAll("_", " ").toLowerCase();
    return words.charAt(0).toUpperCase() + words.slice(1);
}

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
export const wordsOf = (value: unknown) => (time.test(String(value)) ? moment(String(value)) : String(value));

const units: Record<string, string> = { d: "day", h: "hour", m: "minute", s: "second" };
/** "7d" → "7 days" */
const inFull = (length: unknown) =>
    String(length).replace(/^(\d+)([dhms])$/, (_, count, unit) => `${count} ${units[unit]}${count === "1" ? "" : "s"}`);

const rank = ({ label }: Fact) => (/name$/i.test(label) ? (label === "Name" ? 0 : 2) : label === "Id" ? 1 : 3);
/** The order of arguments: the name, the id, other names, the rest. */
const nameFirst = (a: Fact, b: Fact) => rank(a) - rank(b);

/** The arguments as people read them: nothing nested. null if they cannot be read. */
function readable(text: string): Fact[] | null {
    try {
        const all: Fact[] = [];
        const walk = (value: unknown, key: string) => {
            if (value !== null && typeof value === "object")
                for (const [inner, each] of Object.entries(value)) walk(each, inner);
            else all.push({ label: labelOf(key), value: key === "grace_period" ? inFull(value) : wordsOf(value) });
        };
        walk(JSON.parse(text), "");
        return all.sort(nameFirst);
    } catch {
        return null;
    }
}

/** But for what the facts say already: which token it is about. */
export function Asked({ approval }: { approval: Approval }) {
    const known = new Set(approval.facts.shown.map((each) => each.value));
    const facts = readable(approval.arguments)?.filter(({ label, value }) => label !== "Id" || !known.has(value));
    if (!facts || facts.length === 0) return null;
    return (
        <section>
            <h4>Asked for</h4>
            <Pairs facts={facts} kind="asked" />
        </section>
    );
}

/** What is so now, and what will be. */
export function Differs({ approval }: { approval: Approval }) {
    if (!approval.differs) return null;
    return (
        <section>
            <h4>What changes</h4>
            <dl class="facts changes">
                {approval.differs.map(({ label, before, after }) => (
                    <div>
                        <dt>{label}</dt>
                        <dd>
                            <span class="before">
                                <span class="unseen">now: </span>
                                <bdi>{wordsOf(before)}</bdi>
                            </span>
                            <span aria-hidden="true"> {"\u2192"} </span>
                            <span class="after">
                                <span class="unseen">, then: </span>
                                <strong>
                                    <bdi>{inMoments(wordsOf(after))}</bdi>
                                </strong>
                            </span>
                        </dd>
                    </div>
                ))}
            </dl>
        </section>
    );
}

const sides = ["Old token: ", "New token: "] as const;
const of = (facts: Fact[], side: string) =>
    facts
        .filter((each) => each.label.startsWith(side))
        .map(({ label, value }) => ({ label: label.slice(side.length), value }));

export function Warnings({ approval }: { approval: Approval }) {
    return (
        <>
            {approval.facts.warnings.map((warning) => (
                <p class="warning">
                    <span class="sign" aria-hidden="true">
                        !
                    </span>
                    <span>
                        <span class="unseen">Warning: </span>
                        {inMoments(warning)}
                    </span>
                </p>
            ))}
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
        </>
    );
}

/** Two tokens stand side by side, the old one and the new one. */
export function Facts({ approval }: { approval: Approval }) {
    const { shown } = approval.facts;
    const [before, after] = [of(shown, sides[0]), of(shown, sides[1])];
    const split = before.length > 0 && after.length > 0;
    const rest = split ? shown.filter((each) => !sides.some((side) => each.label.startsWith(side))) : shown;
    const askers: Fact[] = [{ label: "Asked by", value: approval.asked_by }];
    if (approval.program) askers.push({ label: "Its program", value: approval.program });
    const from = approval.follows;
    if (from) askers.push({ label: "Follows from", value: `request ${from}`, to: addressOf(from) });
    return (
        <section>
            <h4>Verified by this server</h4>
            <div>
                {split && (
                    <div class="sides">
                        <div class="before">
                            <h5>Old token</h5>
                            <Pairs facts={before} />
                        </div>
                        <div class="after">
                            <h5>New token</h5>
                            <Pairs facts={after} />
                        </div>
                    </div>
                )}
                <Pairs facts={[...rest, ...askers]} />
                {approval.state !== "pending" && (
                    <p class="hint">
                        As it was on {moment(approval.narrowings.at(-1)?.at ?? approval.created)}, when it was asked
                        {approval.narrowings.length > 0 && " or changed"}.
                    </p>
                )}
            </div>
        </section>
    );
}

/** Nothing in here is known to be so. */
export function Claimed({ approval }: { approval: Approval }) {
    const claims = [
        { label: "Client", words: approval.client },
        { label: "Reason", words: approval.agent_reason },
    ];
    return (
        <section class="claims">
            <h4>Claimed by the caller (not verified)</h4>
            <dl class="facts claimed">
                {claims.filter(({ words }) => words !== null).map(({ label, words }) => (
                    <div>
                        <dt>{label}</dt>
                        <dd>{words ? <q><bdi>{words}</bdi></q> : <span class="hint">none given</span>}</dd>
                    </div>
                ))}
            </dl>
        </section>
    );
}

export function Exactly({ approval }: { approval: Approval }) {
    return (
        <details class="exact">
            <summary>
                Exact arguments{" "}
                <span class="digest">
                    digest <code title={approval.digest}>{approval.short_digest}</code>
                </span>
            </summary>
            <pre tabIndex={0} role="group" aria-label="Exact arguments">
                <code>{approval.arguments}</code>
            </pre>
            <p class="digest">
                Digest in full: <code>{approval.digest}</code>
            </p>
        </details>
    );
}

/** Why it was withdrawn, superseded or failed. */
export const Why = ({ approval: { outcome } }: { approval: Approval }) =>
    outcome?.text ? (
        <p class="by outcome">
            <bdi>{inMoments(outcome.text)}</bdi>
        </p>
    ) : null;

/** What became of the value that it made, if it was to be shown. */
export const OfValue = ({ approval: { decision, value } }: { approval: Approval }) =>
    value && decision?.destination !== "none" ? <>{values[value]}</> : null;

/** What became of a request that is over. */
export function Fate({ approval }: { approval: Approval }) {
    const { word, by, at } = fate(approval);
    return (
        <>
            <p class="ended">
                <strong>
                    {word}
                    {by && (
                        <>
                            {" "}
                            by <bdi>{by}</bdi>
                            {approval.decision?.froze && ", who froze the caller"}
                        </>
                    )}
                    , {clock(at)}
                </strong>
            </p>
            <Why approval={approval} />
        </>
    );
}
