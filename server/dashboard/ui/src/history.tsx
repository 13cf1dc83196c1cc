// What was decided lately: by whom, how surely, and what came of it.
import { decided, loaded, wanted } from "./state";
import { Changes } from "./narrow";
import { Votes } from "./people";
import { Claimed, Exactly, Facts } from "./evidence";
import { moment } from "./time";
import { shownIn, states, surely, title } from "./words";
import type { Approval } from "./types";

function Decided({ approval }: { approval: Approval }) {
    const { decision } = approval;
    if (!decision) return null;
    return (
        <p class="by">
            {decision.permission ? "Allowed ahead of time" : decision.approved ? "Approved" : "Denied"} by{" "}
            <bdi>{decision.by}</bdi>, {surely[decision.assurance]}
            {decision.permission ? "; used " : ", "}
            {moment(decision.at)}
            {decision.approved && decision.destination && `; ${shownIn[decision.destination]}`}
            {decision.reason && (
                <>
                    . Reason:{" "}
                    <q>
                        <bdi>{decision.reason}</bdi>
                    </q>
                </>
            )}
        </p>
    );
}

function Entry({ approval }: { approval: Approval }) {
    const { decision } = approval;
    const state = states[approval.state === "pending" ? "expired" : approval.state];
    const mine = approval.id === wanted.value;
    return (
        <li class={mine ? "entry wanted" : "entry"}>
            {mine && <p class="tag">Opened from your link</p>}
            <h3 id={`title-${approval.id}`} tabIndex={-1}>
                {approval.words.title} {approval.facts.subject && <bdi class="name">{approval.facts.subject}</bdi>}
            </h3>
            <p class={`state ${state.tone}`}>
                <span class="sign" aria-hidden="true">
                    {state.sign}
                </span>
                {state.word}
            </p>
            <Decided approval={approval} />
            <Votes approval={approval} />
            {approval.narrowings.length > 0 && (
                <p class="by">A person changed it before it was approved; see the details.</p>
            )}
            {decision?.destination === "page" && ["approved", "executing"].includes(approval.state) && (
                <p class="by">
                    The value can be shown at the top of this page as soon as the agent's call has run.
                </p>
            )}
            {approval.outcome?.text && (
                <p class="by outcome">
                    <bdi>{approval.outcome.text}</bdi>
                </p>
            )}
            <details open={mine}>
                <summary>
                    Details
                    <span class="unseen">
                        {" "}
                        of {title(approval)}
                    </span>
                </summary>
                <p class="hint">
                    Asked {moment(approval.created)}, request {approval.id}
                    {decision?.permission && `, under standing permission ${decision.permission}`}
                </p>
                <Facts approval={approval} />
                <Claimed approval={approval} />
                <Changes approval={approval} />
                <Exactly approval={approval} />
            </details>
        </li>
    );
}

export function History() {
    if (!loaded.value) return null;
    return (
        <section aria-labelledby="history-title">
            <h2 id="history-title">Recent decisions</h2>
            {decided.value.length === 0 ? (
                <p class="hint">No earlier decisions.</p>
            ) : (
                <ul class="entries">
                    {decided.value.map((each) => (
                        <Entry key={each.id} approval={each} />
                    ))}
                </ul>
            )}
        </section>
    );
}
