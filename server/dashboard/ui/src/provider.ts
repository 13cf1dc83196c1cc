// Signing in at an identity provider. The tab that begins keeps the state, and takes no answer without it: an answer that
// someone else's browser was given signs no one in here.
import { api } from "./api";
import { home } from "./nav";
import type { ProviderAnswer, ProviderWish } from "./types";

const name = "tfy-pat-mcp sign-in state";
const left = "tfy-pat-mcp left for sign-in";

export async function leaveForProvider(wish: ProviderWish = {}): Promise<void> {
    const { address, state } = await api.beginAtProvider(wish);
    sessionStorage.setItem(name, state);
    sessionStorage.setItem(left, location.pathname + location.search);
    location.assign(address);
}

/** Texts that the provider's answer has once; those that it has twice are none. */
function only(query: URLSearchParams, field: string): string {
    const all = query.getAll(field);
    return all.length === 1 ? all[0]! : "";
}

/** The provider's answer, if this is where it sends browsers back to; a sentence if it is none of this tab. It leaves the
 * address before anything else happens. */
export function takeAnswer(): ProviderAnswer | string | null {
    if (location.pathname !== `${home}/oidc`) return null;
    const query = new URLSearchParams(location.search);
    const asked = sessionStorage.getItem(left);
    sessionStorage.removeItem(left);
    history.replaceState(null, "", asked ?? home);
    const kept = sessionStorage.getItem(name);
    sessionStorage.removeItem(name);
    const state = only(query, "state");
    if (!kept || state !== kept)
        return "This sign-in was not begun in this tab, or is used up. You are not signed in. Begin again here.";
    const error = only(query, "error");
    if (query.has("error"))
        return `The identity provider did not sign you in${/^[a-z_]{1,40}$/.test(error) ? ` (${error})` : ""}. You are not signed in here. Begin again, or sign in in another way.`;
    return { code: only(query, "code"), state, iss: only(query, "iss") };
}
