// Passkeys: the server says what is to be signed, the person's device signs, and the server checks.
import { api, Failure } from "./api";
import { session } from "./state";
import type { Approval, Passkeyed, ToMake, ToSign } from "./types";

/** A DOMException where the person turns away, or there is no such device. */
export const sign = async (asked: ToSign): Promise<Passkeyed> => ({
    passkey: (await navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked),
    })) as PublicKeyCredential,
});

export const make = async (asked: ToMake): Promise<Passkeyed> => ({
    passkey: (await navigator.credentials.create({
        publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked),
    })) as PublicKeyCredential,
});

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
