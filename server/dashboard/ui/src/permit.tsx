// Allowing some creates ahead of time: what exactly, and in one sentence what that means.
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "./announce";
import { api } from "./api";
import { Field } from "./field";
import { go, home } from "./nav";
import { givenFor, tryRefresh } from "./state";
import { destinations } from "./words";
import type { Approval, Destination, TokenKind } from "./types";

interface Draft {
    principal: string;
    names: string;
    kind: TokenKind;
    destination: PermitDestination;
}

/** What the form begins with; null: it is closed. */
export const draft = signal<Draft | null>(null);
export const title = () => document.getElementById("permissions-title");

/** "ci-pipeline" → "ci-*", "release" → "release*" */
function pattern(name: string): string {
    const dash = name.indexOf("-");
    return dash > 0 ? `${name.slice(0, dash)}-*` : `${name}*`;
}

export function AllowMore({ approval }: { approval: Approval }) {
    if (!approval.may_be_permitted || !approval.may_decide?.approve || approval.quorum > 1) return null;
    const begin = () => {
        draft.value = {
            principal: approval.principal,
            names: pattern(approval.facts.subject),
            kind: approval.token_kind ?? { team: "", account: "", token_type: "" },
            destination: approval.destinations.includes("page") ? "page" : "none",
        };
        go(`${home}/permissions`);
    };
    return (
        <p class="more">
            <button type="button" class="link" onClick={begin}>
                Allow more like this{"\u2026"}
            </button>
        </p>
    );
}

const periods: [string, string][] = [
    ["15m", "15 minutes"],
    ["60m", "1 hour"],
    ["4h", "4 hours"],
    ["12h", "12 hours"],
];

/** Never the agent: each value that it is shown is a decision of its own. */
type PermitDestination = Exclude<Destination, "agent">;

interface Wish extends Draft {
    uses: string;
    days: string;
    lasts: string;
    reason: string;
}

const ends: Record<PermitDestination, string> = {
    page: "Each value is shown here, once.",
    none: "No value is shown.",
};

/** "team platform, account and type left out", as the server says it. */
function kindWords({ team, account, token_type }: TokenKind): string {
    const all: [string, string][] = [
        ["team", team],
        ["account", account],
        ["type", token_type],
    ];
    const list = new Intl.ListFormat("en-GB");
    const named = all.filter(([, value]) => value).map(([label, value]) => `${label} ${value}`);
    const leftOut = all.filter(([, value]) => !value).map(([label]) => label);
    if (leftOut.length === 0) return list.format(named);
    return [...(named.length ? [list.format(named)] : []), `${list.format(leftOut)} left out`].join(", ");
}

function Summary({ wish }: { wish: Wish }) {
    const lasts = periods.find(([value]) => value === wish.lasts)?.[1] ?? wish.lasts;
    return (
        <p id="permit-summary" class="summary">
            For {lasts} from now, <bdi>{wish.principal.trim() || "\u2026"}</bdi> may create up to{" "}
            {wish.uses || "\u2026"} {wish.uses === "1" ? "token" : "tokens"} named{" "}
            <bdi class="name">{wish.names.trim() || "\u2026"}</bdi> <bdi>{givenFor.value}</bdi>, with <bdi>{kindWords(wish.kind)}</bdi>, without
            anyone being asked. Each must expire within{" "}
            {wish.days || "\u2026"} {wish.days === "1" ? "day" : "days"}. {ends[wish.destination]}
        </p>
    );
}

export function Permit({ from }: { from: Draft }) {
    const first = useRef<HTMLInputElement>(null);
    useEffect(() => first.current?.focus(), []);
    const [wish, setWish] = useState<Wish>({
        ...from,
        uses: "5",
        days: "30",
        lasts: "60m",
        reason: "",
    });
    const [busy, setBusy] = useState(false);
    const [problem, setProblem] = useState("");
    const change = (part: Partial<Wish>) => setWish((before) => ({ ...before, ...part }));
    const close = () => {
        draft.value = null;
        title()?.focus();
    };

    const submit = async (event: Event) => {
        event.preventDefault();
        if (busy) return;
        setBusy(true);
        setProblem("");
        const { principal, names, lasts, destination, reason } = wish;
        try {
            const given = await api.permit({
                principal: principal.trim(),
                names: names.trim(),
                ...wish.kind,
                uses: Number(wish.uses),
                longest_life: `${wish.days}d`,
                lasts,
                destination,
                reason: reason.trim(),
            });
            announce(`Allowed: ${given.words}`);
            close();
            tryRefresh();
        } catch (failure) {
            setProblem((failure as Error).message);
            setBusy(false);
        }
    };

    return (
        <form
            class="card permit"
            onSubmit={submit}
            noValidate
            aria-labelledby="permit-title"
            onKeyDown={(event) => event.key === "Escape" && close()}
        >
            <h3 id="permit-title">Allow some creates ahead of time</h3>
            <div class="fields">
                <Field
                    id="permit-principal"
                    label="Who asks"
                    hint="As shown in its requests, such as stdio:alice."
                    value={wish.principal}
                    set={(principal) => change({ principal })}
                    field={from.principal === "" ? first : null}
                    problem="permit-problem"
                />
                <Field
                    id="permit-names"
                    label="Names of the tokens"
                    hint="* is any characters, but not at the beginning: ci-*"
                    value={wish.names}
                    set={(names) => change({ names })}
                    field={from.principal === "" ? null : first}
                    problem="permit-problem"
                />
                <Field
                    id="permit-uses"
                    label="How many, at most"
                    hint="1 to 100."
                    number
                    value={wish.uses}
                    set={(uses) => change({ uses })}
                    problem="permit-problem"
                />
                <Field
                    id="permit-days"
                    label="Each ends within"
                    hint="Days, at most 90."
                    number
                    value={wish.days}
                    set={(days) => change({ days })}
                    problem="permit-problem"
                />
                <div>
                    <label for="permit-lasts">For how long</label>
                    <select
                        id="permit-lasts"
                        value={wish.lasts}
                        onChange={(event) => change({ lasts: event.currentTarget.value })}
                    >
                        {periods.map(([value, word]) => (
                            <option value={value}>{word}</option>
                        ))}
                    </select>
                </div>
                <div>
                    <label for="permit-destination">Where values are shown</label>
                    <select
                        id="permit-destination"
                        value={wish.destination}
                        onChange={(event) =>
                            change({ destination: event.currentTarget.value as PermitDestination })
                        }
                    >
                        {(Object.keys(ends) as PermitDestination[]).map((each) => (
                            <option value={each}>{destinations[each].word}</option>
                        ))}
                    </select>
                </div>
            </div>
            <Field
                id="permit-reason"
                label="Your reason, for the journal"
                value={wish.reason}
                set={(reason) => change({ reason })}
                problem="permit-problem"
            />
            <Summary wish={wish} />
            <div class="buttons">
                <button type="submit" class="main" aria-disabled={busy} aria-describedby="permit-summary">
                    {busy ? "Sending\u2026" : "Allow"}
                </button>
                <button type="button" class="quiet" onClick={close}>
                    Cancel
                </button>
            </div>
            <p id="permit-problem" class="problem" role="alert">
                {problem}
            </p>
        </form>
    );
}
