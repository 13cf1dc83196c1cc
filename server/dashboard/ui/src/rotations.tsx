// Rotations whose old token still may go: when it does, and keeping it.
import { useRef } from "preact/hooks";
import { announce } from "./announce";
import { api } from "./api";
import { restLoaded, rotations, tryRefresh } from "./state";
import { inMoments, left, now } from "./time";
import { Looking, Problem, useWork } from "./work";
import type { Rotation } from "./types";

function Row({ rotation, onKept }: { rotation: Rotation; onKept: () => void }) {
    const { problem, run } = useWork();
    const keep = () =>
        run(async () => {
            await api.keep(rotation.id);
            announce(`The old token ${rotation.old} stays.`);
            onKept();
        }).finally(tryRefresh);
    return (
        <li class="entry with-button">
            <div>
                <h3>
                    <bdi>{rotation.old}</bdi> is replaced by <bdi>{rotation.new}</bdi>
                </h3>
                <p class="by">
                    {inMoments(rotation.words)}
                    {rotation.due && Date.parse(rotation.due) > now.value && (
                        <span class="hint">
                            {" "}
                            ({left(Date.parse(rotation.due) - now.value)} left)
                        </span>
                    )}
                </p>
            </div>
            {rotation.may_keep && (
                <button type="button" class="quiet small" onClick={keep}>
                    Keep the old token<span class="unseen">: {rotation.old}</span>
                </button>
            )}
            <Problem words={problem} />
        </li>
    );
}

export function Rotations() {
    const heading = useRef<HTMLHeadingElement>(null);
    return (
        <section aria-labelledby="rotations-title">
            <h2 id="rotations-title" tabIndex={-1} ref={heading}>
                Old tokens that will be deleted
            </h2>
            {!restLoaded.value && <Looking />}
            {restLoaded.value && rotations.value.length === 0 && (
                <p class="hint">
                    None. A rotation creates the new token at once; the old one waits here until it is deleted.
                </p>
            )}
            <ul class="entries">
                {rotations.value.map((each) => (
                    <Row key={each.id} rotation={each} onKept={() => heading.current?.focus()} />
                ))}
            </ul>
        </section>
    );
}
