// One's own passkeys: which there are, one more, one less. Below them, the programs that act for one.
import { useEffect, useState } from "preact/hooks";
import { announce } from "./announce";
import { api } from "./api";
import { OwnPassphrase } from "./field";
import { Grants } from "./grants";
import { home } from "./nav";
import { OnceMore, useOnceMore } from "./once_more";
import { make } from "./passkeys";
import { leaveForProvider } from "./provider";
import { confirmed, session } from "./state";
import { moment } from "./time";
import { Problem, useWork } from "./work";
import type { Passkey } from "./types";

function Connect({ host }: { host: string }) {
    const [passphrase, setPassphrase] = useState("");
    const { busy, problem, run } = useWork();
    const submit = (event: Event) => {
        event.preventDefault();
        void run(() => leaveForProvider({ passphrase }));
        setPassphrase("");
    };
    return (
        <form class="decide" onSubmit={submit} noValidate>
            <h3>
                Your account at <bdi>{host}</bdi>
            </h3>
            <p class="hint">Connect it, and you can sign in there. It takes the place of one that was connected before.</p>
            <OwnPassphrase
                id="connect-passphrase"
                label="Your passphrase, to connect it"
                value={passphrase}
                set={setPassphrase}
            />
            <Problem words={problem} />
            <button type="submit" class="quiet" aria-disabled={busy}>
                Connect
            </button>
        </form>
    );
}

function Passkeys() {
    const [list, setList] = useState<Passkey[]>([]);
    const [name, setName] = useState("");
    const once = useOnceMore();
    const [problem, setProblem] = useState("");
    const run = async (work: () => Promise<unknown>, done = "") => {
        setProblem("");
        try {
            await work();
            setList(await api.passkeys());
            session.value = await api.session();
            announce(done);
        } catch (failure) {
            setProblem((failure as Error).message);
        }
    };
    useEffect(() => void run(async () => undefined), []);
    const add = (event: Event) => {
        event.preventDefault();
        void run(async () => {
            const proof = await once.prove();
            const asked = await api.newPasskey(proof).catch(once.failed);
            await api.addPasskey({ name: name.trim(), ...(await make(asked)) });
            confirmed.value = ""; // from here on the passkey is what confirms
        }, "Passkey registered");
        once.set("");
    };
    const remove = ({ id, name }: Passkey) => run(() => api.removePasskey(id), `Passkey removed: ${name}`);
    return (
        <section aria-labelledby="passkeys-title">
            <h2 id="passkeys-title">
                Passkeys of <bdi>{session.value?.person}</bdi>
            </h2>
            <p class="hint">
                A passkey signs each of your decisions, and opens this page. Remove one whose device is lost.
            </p>
            <ul class="entries">
                {list.map((each) => (
                    <li class="entry with-button">
                        <div>
                            <h3>
                                <bdi>{each.name || "Unnamed"}</bdi>
                            </h3>
                            <p class="by">
                                Since {moment(each.created)}
                                {!each.for_here && `; for ${each.host} only`}
                            </p>
                        </div>
                        <button type="button" class="quiet small" onClick={() => remove(each)}>
                            Remove<span class="unseen">: {each.name}</span>
                        </button>
                    </li>
                ))}
            </ul>
            <form class="decide" onSubmit={add} noValidate>
                <div class="field">
                    <label for="passkey-name">Name of the device</label>
                    <input
                        id="passkey-name"
                        type="text"
                        autoComplete="off"
                        maxLength={40}
                        value={name}
                        onInput={(event) => setName(event.currentTarget.value)}
                    />
                </div>
                <OnceMore id="passkey-passphrase" once={once} />
                <p class="problem" role="alert">
                    {problem}
                </p>
                <button type="submit" class="main">
                    Register a passkey
                </button>
            </form>
            {session.value?.provider && <Connect host={session.value.provider} />}
        </section>
    );
}

export const Own = () => (
    <>
        <Passkeys />
        {session.value?.own_key && (
            <p>
                <a class="alone" href={`${home}/key`}>
                    Your TrueFoundry key
                </a>
            </p>
        )}
        {session.value?.programs && <Grants />}
    </>
);
