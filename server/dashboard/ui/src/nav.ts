// Where the person is: the page's own addresses, and going there from outside a component.
import { wanted } from "./state";

export const home = "/approvals";
/** Where a program asks to act for a person; what it asks is the query. */
export const authorize = `${home}/authorize`;
export const addressOf = (id: string) => `${home}/${id}`;

/** The request that a path names. */
export const requestIn = (path: string) => path.match(/^\/approvals\/(apr_[a-z0-9]+)$/)?.[1] ?? null;

let route: (path: string, replace?: boolean) => void = () => undefined;
export const routeBy = (how: typeof route) => void (route = how);

export function go(path: string): void {
    wanted.value = null;
    route(path);
}

/** Beside the inbox there is room for a request. */
export const isWide = () => matchMedia("(min-width: 56rem)").matches;

/** After the next frame: what is to be focused is on the page by then. */
export const focusSoon = (id: string) =>
    requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById(id)?.focus()));

let awaited: string | null = null;

/** The title of a request, as soon as it is shown. */
export function focusTitle(id: string): void {
    awaited = id;
    requestAnimationFrame(() => titleShown(id));
}

export function titleShown(id: string): void {
    const title = awaited === id && document.getElementById(`title-${id}`);
    if (!title) return;
    awaited = null;
    title.focus();
}
