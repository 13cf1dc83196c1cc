// TrueFoundry's tokens as the server's key sees them: which ones end soon, or were not used for long. Changes are asked for
// by an agent, and decided in the inbox.
import { computed, signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { announce } from "./announce";
import { api } from "./api";
import { Pairs } from "./evidence";
import { Choose, Search } from "./search";

import { clock, left, moment, now } from "./time";
import { Lines } from "./virtual";
import { Problem, useWork } from "./work";
import type { Token, Tokens as Listed } from "./types";

const listed = signal<Listed | null>(null);
const words = signal("");
const sort = signal("");
const only = signal("");

const day = 86_400_000;
const end = (each: Token) => (each.expires_at ? Date.parse(each.expires_at) : Infinity);
const isOver = (each: Token) => each.expired || end(each) <= now.value;
const used = (each: Token) => (each.last_used_at ? Date.parse(each.last_used_at) : -Infinity);

const orders: [string, string, (a: Token, b: Token) => number][] = [
    ["used", "Longest unused first", (a, b) => used(a) - used(b)],
    ["name", "By name", (a, b) => a.name.localeCompare(b.name)],
    ["new", "Newest first", (a, b) => (b.created_at ?? "").localeCompare(a.created_at ?? "")],
];
const soonest = (a: Token, b: Token) => Number(isOver(a)) - Number(isOver(b)) || end(a) - end(b);

const kinds: [string, string, (each: Token) => boolean][] = [
    ["soon", "Ends within 30 days", (each) => !isOver(each) && end(each) - now.value < 30 * day],
    ["never", "Never expires", (each) => each.remarks.includes("no_expiry")],
    ["unused", "Unused for 90 days", (each) => each.remarks.includes("unused_90_days")],
    ["expired", "Expired", isOver],
];

const shown = computed(() => {
    const text = words.value.trim().toLowerCase();
    const fits = kinds.find(([key]) => key === only.value)?.[2] ?? (() => true);
    return (listed.value?.tokens ?? [])
        .filter((each) => fits(each) && [each.name, each.id, each.owner ?? ""].some((one) => one.toLowerCase().includes(text)))
        .sort(orders.find(([key]) => key === sort.value)?.[2] ?? soonest);
});

/** How near the end is: said in words, and by a colour. */
function End({ token }: { token: Token }) {
    if (!token.expires_at) return <span class="risk">never expires</span>;
    const rest = end(token) - now.value;
    const heat = isOver(token) ? "gone" : rest < 7 * day ? "hot" : rest < 30 * day ? "warm" : "";
    return (
        <span class={`heat ${heat}`} title={moment(token.expires_at)}>
            {heat === "gone" ? `ended ${left(-rest, true)} ago` : `ends in ${left(rest, true)}`}
        </span>
    );
}

function Line({ token, open, toggle }: { token: Token; open: boolean; toggle: () => void }) {
    const ask = async (what: string) => {
        const text = `${what} the access token "${token.name}" (id ${token.id}).`;
        await navigator.clipboard.writeText(text).then(
            () => announce("Copied. Give it to your agent."),
            () => announce("The browser did not allow it."),
        );
    };
    return (
        <>
            <button type="button" class="row" aria-expanded={open} onClick={toggle}>
                <span class="row-what">
                    <bdi class="name">{token.name}</bdi>
                </span>
                <span class="row-time">
                    <End token={token} />
                </span>
                <span class="row-why">
                    <span class="asker">
                        <bdi>{token.owner ?? "owner unknown"}</bdi>
                    </span>
                    <span>
                        {token.last_used_at
                            ? `used ${left(now.value - used(token), true)} ago`
                            : "never used, as far as is known"}
                    </span>
                    {token.remarks.includes("unused_90_days") && <span class="risk">unused for 90 days</span>}
                </span>
            </button>
            {open && (
                <div class="entry">
                    <Pairs
                        facts={[
                            { label: "Id", value: token.id },
                            { label: "Created", value: token.created_at ? moment(token.created_at) : "unknown" },
                            {
                                label: "Last used",
                                value: token.last_used_at ? moment(token.last_used_at) : "never, as far as is known",
                            },
                            { label: "Ends", value: token.expires_at ? moment(token.expires_at) : "never" },
                            { label: "Type", value: token.type ?? "unknown" },
                            { label: "Team or account", value: token.owner ?? "unknown" },
                        ]}
                    />
                    <p class="hint">
                        Nothing is changed from here: an agent asks, and you decide in the inbox. Copy the words for it:
                    </p>
                    <p class="buttons">
                        <button type="button" class="quiet small" onClick={() => ask("Rotate")}>
                            Copy “rotate”
                        </button>
                        <button type="button" class="quiet small" onClick={() => ask("Delete")}>
                            Copy “delete”
                        </button>
                    </p>
                </div>
            )}
        </>
    );
}

function Shown() {
    const [open, setOpen] = useState("");
    return (
        <Lines
            all={shown.value}
            keyOf={(token) => token.id}
            line={(token) => (
                <Line token={token} open={open === token.id} toggle={() => setOpen(open === token.id ? "" : token.id)} />
            )}
        />
    );
}

export function Tokens() {
    const { problem, run } = useWork();
    const look = () => run(async () => void (listed.value = await api.tokens()));
    useEffect(() => void look(), []);
    const tokens = listed.value?.tokens;
    const total = listed.value?.total ?? 0;
    return (
        <section class="whole" aria-labelledby="tokens-title">
            <h2 id="tokens-title">Tokens</h2>
            <div class="filters" role="search">
                <Search words={words} label="Search by name, id or owner" />
                <div class="filter-row">
                    <Choose label="Which ones" all="All tokens" value={only} choices={kinds.map(([key, word]) => [key, word])} />
                    <Choose label="Order" all="Ends soonest first" value={sort} choices={orders.map(([key, word]) => [key, word])} />
                    <button type="button" class="quiet small toggle" onClick={look}>
                        Look again
                    </button>
                </div>
            </div>
            <Problem words={problem} />
            <p class="hint" role="status">
                {!tokens
                    ? !problem && "Looking\u2026"
                    : `${shown.value.length} of ${total}, as of ${clock(listed.value!.now)}.` +
                      (total > tokens.length ? ` Only the newest ${tokens.length} are here.` : "")}
            </p>
            <Shown />
        </section>
    );
}
