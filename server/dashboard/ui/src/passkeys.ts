// Passkeys: the server says what is to be signed, the person's device signs, and the server checks.
import { api, Failure } from "./api";
import { session } from "./state";
import type { Approval, Passkeyed, ToMake, ToSign } from "./types";

/** A DOMException where the person turns away, or there is no such device: who asks says what that means. */
export const sign = async (asked: ToSign): Promise<Passkeyed> => ({
    passkey: (await navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked),
    })) as PublicKeyCredential,
});

/** The browser's own sentences are for programmers. */
const whyNotMade = (failure: unknown) =>
    failure instanceof DOMException && failure.name === "InvalidStateError"
        ? "This device already has a passkey of yours. Nothing was changed."
        : "No passkey was made: the device did not confirm, or it can make none. Nothing was changed.";

export async function make(asked: ToMake): Promise<Passkeyed> {
    try {
        const made = await navigator.credentials.create({
            publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked),
        });
        return { passkey: made as PublicKeyCredential };
    } catch (failure) {
        throw new Error(whyNotMade(failure));
    }
}

const unsigned = new Set<string>();

/** The decision's signature, where its person has a passkey. The rule may let them do without: at the second try. */
export async function signature(approval: Approval, wish: object): Promise<Passkeyed | null> {
    if (!session.value?.passkeys || unsigned.has(approval.digest)) return null;
    const asked = await api.toSign(approval.id, wish);
    try {
        return await sign(asked);
    } catch {
        const optional = approval.min_assurance !== "passkey";
        if (optional) unsigned.add(approval.digest);
        throw new Failure(
            0,
            `No passkey signed this, so nothing was decided.${optional ? " Press again to decide without one." : ""}`,
        );
    }
}
