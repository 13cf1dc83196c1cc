// Only the lines that can be seen are in the document: the hook around TanStack's virtual list.
import {
    elementScroll,
    observeElementOffset,
    observeElementRect,
    Virtualizer,
    type VirtualizerOptions,
} from "@tanstack/virtual-core";
import { useLayoutEffect, useReducer, useState } from "preact/hooks";

type Own = "count" | "getScrollElement" | "estimateSize" | "getItemKey";

export function useVirtual(
    own: Pick<VirtualizerOptions<HTMLElement, HTMLElement>, Own>,
): Virtualizer<HTMLElement, HTMLElement> {
    const [, again] = useReducer((count: number) => count + 1, 0);
    const options: VirtualizerOptions<HTMLElement, HTMLElement> = {
        ...own,
        overscan: 6,
        observeElementRect,
        observeElementOffset,
        scrollToFn: elementScroll,
        onChange: () => again(undefined as never),
    };
    const [list] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options));
    list.setOptions(options);
    useLayoutEffect(() => list._didMount(), []);
    useLayoutEffect(() => list._willUpdate());
    return list;
}
