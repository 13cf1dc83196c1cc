// Starts the page. A code behind '#' leaves the address before anything else happens, and waits for a person. An identity
// provider's answer leaves it, too, and signs in at once.
import { render } from "preact";
import { App } from "./app";
import { api } from "./api";
import { askOtherTabs } from "./page_key";
import { takeBrought } from "./join";
import { takeAnswer } from "./provider";
import { authorize } from "./nav";
import { session, signIn, signInProblem } from "./state";
import "./app.css";

export * from "./shared";

const root = document.getElementById("app")!;

async function start(): Promise<void> {
    if (location.pathname === "/oauth/authorize") history.replaceState(null, "", authorize + location.search);
    takeBrought();
    const answer = takeAnswer();
    if (answer) render(<p role="status">Signing in{"\u2026"}</p>, root);
    try {
        if (typeof answer === "string") throw new Error(answer);
        if (answer) await signIn(answer);
    } catch (failure) {
        signInProblem.value = (failure as Error).message;
    }
    const look = async () => {
        try {
            session.value = await api.session();
        } catch (failure) {
            signInProblem.value = (failure as Error).message;
        }
    };
    await askOtherTabs(() => void look());
    if (!session.value?.signed_in) await look();
}

addEventListener("hashchange", () => void start());
void start().then(() => render(<App />, root));
