// The programs that may act for the person who is signed in, and taking that back.
import { useEffect, useState } from "preact/hooks";
import { announce } from "./announce";
import { get, post } from "./api";
import { moment } from "./time";
import { Looking, Problem, useWork } from "./work";

interface Grant {
    id: string;
    /** Of the address that is the program's id; null for one that is registered here. */
    host: string | null;
    /** What it calls itself, or what the operator calls it. */
    name: string;
    client_id: string;
    may_request: boolean;
    given: string;
    used: string;
    until: string;
}

const quoted = (name: string) => `\u201c${name}\u201d`;
const called = ({ name, host, client_id }: Grant) => (name ? quoted(name) : (host ?? client_id));

export function Grants() {
    const [list, setList] = useState<Grant[] | null>(null);
    const { busy, problem, run } = useWork();
    const load = async () => setList((await get<{ grants: Grant[] }>("grants")).grants);
    useEffect(() => void run(load), []);
    const revoke = (grant: Grant) =>
        run(async () => {
            await post(`grants/${grant.id}/revoke`, {});
            announce(`Revoked: ${called(grant)}`);
            await load();
        });
    return (
        <section class="programs" aria-labelledby="grants-title">
            <h2 id="grants-title">Programs that act for you</h2>
            {!list && !problem && <Looking />}
            {list && (
                <p class="hint">
                    {list.length === 0
                        ? "None. A program asks you here when you connect it."
                        : "Revoke one, and it has to ask you again. Whatever it asked for that has not started yet is withdrawn."}
                </p>
            )}
            <ul class="entries">
                {list?.map((each) => (
                    <li class="entry with-button">
                        <div>
                            <h3>
                                <bdi>{called(each)}</bdi>
                            </h3>
                            {each.name && (
                                <p class="by">
                                    <bdi>{each.host ?? each.client_id}</bdi>
                                </p>
                            )}
                            <p class="by">
                                {each.may_request ? "Reads, and asks for changes." : "Only reads."} Since{" "}
                                {moment(each.given)}, used {moment(each.used)}, until {moment(each.until)} unless it is
                                used before then.
                            </p>
                        </div>
                        <button type="button" class="quiet small" aria-disabled={busy} onClick={() => revoke(each)}>
                            Revoke<span class="unseen">: {called(each)}, {each.host ?? each.client_id}</span>
                        </button>
                    </li>
                ))}
            </ul>
            <Problem words={problem} />
        </section>
    );
}
