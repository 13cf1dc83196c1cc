// Starts the page. A one-time code behind '#' signs in at once and leaves the address before anything else happens.
import { render } from "preact";
import { App } from "./app";
import { api } from "./api";
import { askOtherTabs } from "./page_key";
import { session, signIn } from "./state";
import { signInProblem } from "./sign_in";
import "./app.css";

function takeCode(): string | null {
    const code = new URLSearchParams(location.hash.slice(1)).get("code");
    if (code !== null) history.replaceState(null, "", location.pathname + location.search);
    return code;
}

async function start(): Promise<void> {
    const code = takeCode();
    try {
        if (code) await signIn({ code });
        else await askOtherTabs();
    } catch (failure) {
        signInProblem.value = (failure as Error).message;
    }
    try {
        session.value ??= await api.session();
    } catch (failure) {
        signInProblem.value = (failure as Error).message;
    }
}

addEventListener("hashchange", () => void start());
void start().then(() => render(<App />, document.getElementById("app")!));
