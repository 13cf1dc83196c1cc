// Whether this server works, and what an approval on it proves.
import { useEffect, useState } from "preact/hooks";
import { api } from "./api";
import { Checks } from "./checks";
import { session } from "./state";
import { clock, left, moment, now } from "./time";
import { Looking, Problem, useWork } from "./work";
import type { Health as Found } from "./types";
import type { ComponentChildren } from "preact";

function Fact({ label, good, children }: { label: string; good?: boolean; children: ComponentChildren }) {
    return (
        <div>
            <dt>{label}</dt>
            <dd>
                {good !== undefined && (
                    <span class={`state ${good ? "good" : "bad"}`}>
                        <span class="sign" aria-hidden="true">
                            {good ? "\u2713" : "!"}
                        </span>
                        {good ? "Works" : "Does not work"}
                    </span>
                )}
                {children}
            </dd>
        </div>
    );
}

function Key({ found }: { found: Found }) {
    if (!found.key_set) return <>Not set.</>;
    const until = found.key_expires_at;
    return (
        <>
            {found.acts_as ? (
                <>
                    Acts as <bdi>{found.acts_as}</bdi>.
                </>
            ) : (
                "It does not say whose it is."
            )}{" "}
            {until
                ? `Ends on ${moment(until)}, in ${left(Date.parse(until) - now.value, true)}.`
                : "It never ends, or does not say when."}
        </>
    );
}

function Channel({ each }: { each: Found["channels"][number] }) {
    return (
        <p>
            {each.name} ({each.format}): {each.events.join(", ")}.
            {each.trouble && (
                <>
                    {" "}
                    Not delivered{each.since && ` since ${moment(each.since)}`}: <bdi>{each.trouble}</bdi>.
                </>
            )}
            {each.dropped > 0 && ` Given up: ${each.dropped}.`}
        </p>
    );
}

function Facts({ found }: { found: Found }) {
    return (
        <>
            <dl class="facts">
                <Fact label="TrueFoundry" good={found.connection === "works"}>
                    <bdi>{found.base_url === "sandbox:" ? "The sandbox" : (found.base_url ?? "No address is set.")}</bdi>
                    <p>
                        <bdi>{found.message}</bdi>
                    </p>
                </Fact>
                <Fact label="Key">
                    <Key found={found} />
                </Fact>
                <Fact label="Journal" good={found.journal.writable}>
                    {found.journal.why && <bdi>{found.journal.why}</bdi>}
                </Fact>
                <Fact label="What an approval proves">
                    <bdi>{found.approvals}</bdi>
                </Fact>
                <Fact label="Channels">
                    {found.channels.length === 0 ? "None." : found.channels.map((each) => <Channel each={each} />)}
                </Fact>
                <Fact label="Version">{found.version}</Fact>
            </dl>
            {found.warnings.map((warning) => (
                <p class="warning">
                    <span class="sign" aria-hidden="true">
                        !
                    </span>
                    <bdi>{warning}</bdi>
                </p>
            ))}
        </>
    );
}

export function Health() {
    const [found, setFound] = useState<Found | null>(null);
    const [at, setAt] = useState(0);
    const { busy, problem, run } = useWork();
    const look = () =>
        run(async () => {
            setFound(await api.health());
            setAt(now.value);
        });
    useEffect(() => void look(), []);
    return (
        <section aria-labelledby="health-title">
            <h2 id="health-title">Health of {session.value?.server}</h2>
            <Problem words={problem} />
            {!found && !problem && <Looking />}
            {found && <Facts found={found} />}
            {(found || problem) && (
                <p class="hint">
                    {found && `As of ${clock(new Date(at).toISOString())}. `}
                    <button type="button" class="quiet small" aria-disabled={busy} onClick={look}>
                        Look again
                    </button>
                </p>
            )}
            <Checks />
        </section>
    );
}
