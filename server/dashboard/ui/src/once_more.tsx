// That who is signed in is still there, shown once more: by their passphrase, a passkey, or their identity provider.
import { useState } from "preact/hooks";
import { api } from "./api";
import { OwnPassphrase } from "./field";
import { sign } from "./passkeys";
import { leaveForProvider } from "./provider";
import { confirmed, session } from "./state";
import { Problem, useWork } from "./work";

export function useOnceMore() {
    const [passphrase, set] = useState("");
    /** What it was used for failed: the provider's five minutes may be over. */
    const failed = (failure: Error) => {
        confirmed.value = "";
        throw failure;
    };
    const prove = async () => {
        if (!passphrase && confirmed.value) return { proof: confirmed.value };
        if (passphrase || !session.value?.passkeys) return { passphrase };
        const asked = await api.toConfirm();
        return sign(asked).catch(() => {
            throw new Error("No passkey confirmed that it is you. Nothing was changed.");
        });
    };
    return { passphrase, set, prove, failed };
}

/** For who has no passphrase here. */
function ConfirmThere({ host }: { host: string }) {
    const { busy, problem, run } = useWork();
    if (confirmed.value)
        return (
            <p class="hint" role="status">
                <bdi>{host}</bdi> has confirmed that it is you. For five minutes no passphrase is needed.
            </p>
        );
    return (
        <div class="field">
            <p class="hint">
                Do you have no passphrase? Sign in at <bdi>{host}</bdi> once more instead.
            </p>
            <Problem words={problem} />
            <button
                type="button"
                class="quiet"
                aria-disabled={busy}
                onClick={() => void run(() => leaveForProvider({ confirm: true }))}
            >
                Confirm at <bdi>{host}</bdi>
            </button>
        </div>
    );
}

export function OnceMore({ id, once }: { id: string; once: ReturnType<typeof useOnceMore> }) {
    const { passkeys, provider } = session.value!;
    return (
        <>
            <OwnPassphrase
                id={id}
                label="Your passphrase"
                hint={passkeys ? "Leave it empty to confirm with a passkey that you have already." : undefined}
                value={once.passphrase}
                set={once.set}
            />
            {!passkeys && provider && <ConfirmThere host={provider} />}
        </>
    );
}
