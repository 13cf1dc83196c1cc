// What `tfy-pat-mcp doctor` finds on the server's machine, looked for on demand.
import { useState } from "preact/hooks";
import { api } from "./api";
import { Problem, useWork } from "./work";
import type { Checks as Found } from "./types";

const levels = {
    broken: { sign: "!", tone: "bad", word: "Broken" },
    warning: { sign: "!", tone: "warn", word: "Warning" },
    ok: { sign: "\u2713", tone: "good", word: "Fine" },
};

export function Checks() {
    const [found, setFound] = useState<Found | null>(null);
    const { busy, problem, run } = useWork();
    const rank = Object.keys(levels);
    return (
        <section aria-labelledby="checks-title" class="checks">
            <h3 id="checks-title">The doctor's findings</h3>
            <p class="hint">
                The same checks as <code>tfy-pat-mcp doctor --offline</code>, with this server's settings: files, journal,
                rules, agents. They take some seconds.
            </p>
            <button type="button" class="quiet small" aria-disabled={busy} onClick={() => run(async () => setFound(await api.checks()))}>
                {busy ? "Checking\u2026" : found ? "Check again" : "Check now"}
            </button>
            <Problem words={problem} />
            <div role="status">
                {found && (
                    <p>
                        {found.broken === 0 ? "Nothing is broken" : `${found.broken} broken`}
                        {found.warnings > 0 && `, ${found.warnings} ${found.warnings === 1 ? "warning" : "warnings"}`}.
                    </p>
                )}
            </div>
            {found && (
                <ul class="entries">
                    {found.findings
                        .toSorted((a, b) => rank.indexOf(a.level) - rank.indexOf(b.level))
                        .map(({ level, what, why, todo }) => (
                            <li class="entry">
                                <p class={`state ${levels[level].tone}`}>
                                    <span class="sign" aria-hidden="true">
                                        {levels[level].sign}
                                    </span>
                                    <span class="unseen">{levels[level].word}: </span>
                                    <bdi>{what}</bdi>
                                </p>
                                <p>
                                    <bdi>{why}</bdi>
                                </p>
                                {todo && (
                                    <p>
                                        <strong>To do:</strong> <bdi>{todo}</bdi>
                                    </p>
                                )}
                            </li>
                        ))}
                </ul>
            )}
        </section>
    );
}
