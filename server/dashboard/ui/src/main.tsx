// Starts the page. A code behind '#' leaves the address before anything else happens, and waits for a person.
import { render } from "preact";
import { App } from "./app";
import { api } from "./api";
import { askOtherTabs } from "./page_key";
import { takeBrought } from "./join";
import { session } from "./state";
import { signInProblem } from "./sign_in";
import "./app.css";

async function start(): Promise<void> {
    takeBrought();
    try {
        await askOtherTabs();
        session.value ??= await api.session();
    } catch (failure) {
        signInProblem.value = (failure as Error).message;
    }
}

addEventListener("hashchange", () => void start());
void start().then(() => render(<App />, document.getElementById("app")!));
