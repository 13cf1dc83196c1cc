// After a decision: to the next request, or to the inbox where there is no room beside it, or nothing is left.
import { order } from "./filters";
import { addressOf, focusSoon, focusTitle, go, home, isWide } from "./nav";
import { isDraft } from "./drafts";
import { leaveInbox, selected } from "./state";

export function goOn(id: string): void {
    if (selected.value !== id) return leaveInbox(id); // the person has gone on already
    const before = order.value;
    const at = before.findIndex((each) => each.id === id);
    const open = (each: { id: string }) => each.id !== id && !isDraft(each.id);
    const next = before.slice(at + 1).find(open) ?? before.slice(0, Math.max(at, 0)).findLast(open);
    leaveInbox(id);
    if (next && isWide()) {
        go(addressOf(next.id));
        focusTitle(next.id);
    } else {
        selected.value = null;
        go(home);
        focusSoon("inbox-title");
    }
}

/** One line down (1) or up (-1), without leaving either end. */
export function step(by: 1 | -1): void {
    const list = order.value;
    const at = list.findIndex((each) => each.id === selected.value);
    const to = list[at < 0 ? 0 : Math.min(Math.max(at + by, 0), list.length - 1)];
    if (!to) return;
    selected.value = to.id; // at once: the next key may be for it
    if (isWide()) go(addressOf(to.id));
    focusSoon(`row-${to.id}`);
}
