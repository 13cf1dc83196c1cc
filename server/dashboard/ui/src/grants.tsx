// The programs that may act for the person who is signed in, and taking that back.
import { useEffect, useState } from "preact/hooks";
import { announce } from "./announce";
import { get, post } from "./api";
import { moment } from "./time";
import { Problem, useWork } from "./work";

interface Grant {
    id: string;
    /** Of the address that is the program's id; null for one that is registered here. */
    host: string | null;
    name: string;
    client_id: string;
    may_request: boolean;
    given: string;
    used: string;
    until: string;
}

export function Grants() {
    const [list, setList] = useState<Grant[]>([]);
    const { busy, problem, run } = useWork();
    const load = async () => setList((await get<{ grants: Grant[] }>("grants")).grants);
    useEffect(() => void run(load), []);
    const revoke = ({ id, host, client_id }: Grant) =>
        run(async () => {
            await post(`grants/${id}/revoke`, {});
            announce(`Revoked: ${host ?? client_id}`);
            await load();
        });
    return (
        <section aria-labelledby="grants-title">
            <h2 id="grants-title">Programs that act for you</h2>
            <p class="hint">
                {list.length === 0
                    ? "None. A program asks you here when you connect it."
                    : "Revoke one, and it has to ask you again. What it asked for before stays in the inbox."}
            </p>
            <ul class="entries">
                {list.map((each) => (
                    <li class="entry with-button">
                        <div>
                            <h3>
                                <bdi>{each.host ?? each.client_id}</bdi>
                            </h3>
                            <p class="by">
                                {each.name && (
                                    <>
                                        {"\u201c"}
                                        <bdi>{each.name}</bdi>
                                        {"\u201d"}.{" "}
                                    </>
                                )}
                                {each.may_request ? "Reads, and asks for changes." : "Only reads."} Since{" "}
                                {moment(each.given)}, used {moment(each.used)}, until {moment(each.until)} if it is not
                                used before.
                            </p>
                        </div>
                        <button type="button" class="quiet small" aria-disabled={busy} onClick={() => revoke(each)}>
                            Revoke<span class="unseen">: {each.host ?? each.client_id}</span>
                        </button>
                    </li>
                ))}
            </ul>
            <Problem words={problem} />
        </section>
    );
}
