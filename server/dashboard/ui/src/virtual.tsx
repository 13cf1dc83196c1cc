// Long lists: only the lines that can be seen are in the document, by TanStack's virtual list.
import {
    elementScroll,
    observeElementOffset,
    observeElementRect,
    Virtualizer,
    type VirtualizerOptions,
} from "@tanstack/virtual-core";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";

type Own = "count" | "getScrollElement" | "estimateSize" | "getItemKey";

function useVirtual(own: Pick<VirtualizerOptions<HTMLElement, HTMLElement>, Own>): Virtualizer<HTMLElement, HTMLElement> {
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

interface Lines<Each> {
    all: readonly Each[];
    /** Stays the same while a line moves. */
    keyOf: (each: Each) => string;
    /** Its height in pixels, before it has been measured. */
    height: (each: Each) => number;
    line: (each: Each) => ComponentChildren;
    /** Scrolls to this place whenever `follow` changes; below 0, nowhere. */
    place?: number;
    follow?: unknown[];
}

export function Lines<Each>({ all, keyOf, height, line, place = -1, follow = [] }: Lines<Each>) {
    const scroller = useRef<HTMLDivElement>(null);
    const at = <Wanted,>(index: number, of: (each: Each) => Wanted, otherwise: Wanted) => {
        const each = all[index];
        return each === undefined ? otherwise : of(each);
    };
    const list = useVirtual({
        count: all.length,
        getScrollElement: () => scroller.current,
        estimateSize: (index) => at(index, height, 64),
        getItemKey: (index) => at<string | number>(index, keyOf, index),
    });
    useEffect(() => {
        if (place >= 0) list.scrollToIndex(place, { align: "auto" });
    }, follow);
    return (
        <div class="lines" ref={scroller}>
            <ul style={{ height: `${list.getTotalSize()}px` }}>
                {list.getVirtualItems().map(
                    (item) =>
                        item.index < all.length && (
                            <li
                                key={item.key}
                                ref={list.measureElement}
                                data-index={item.index}
                                style={{ transform: `translateY(${item.start}px)` }}
                                aria-setsize={all.length}
                                aria-posinset={item.index + 1}
                            >
                                {at<ComponentChildren>(item.index, line, null)}
                            </li>
                        ),
                )}
            </ul>
        </div>
    );
}
