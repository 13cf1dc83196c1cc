// Long lists: only the lines that can be seen are in the document, by virtua's core.
import {
    ACTION_ITEMS_LENGTH_CHANGE,
    createContainerDriver,
    createListLayout,
    createVirtualStore,
    UPDATE_VIRTUAL_STATE,
} from "virtua/unstable_core";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";

interface Lines<Each> {
    all: readonly Each[];
    /** Stays the same while a line moves. */
    keyOf: (each: Each) => string;
    line: (each: Each) => ComponentChildren;
    /** Scrolls to this place whenever `follow` changes; below 0, nowhere. */
    place?: number;
    follow?: unknown[];
}

const usual = 64; // pixels of a line that has not been measured

function begin(count: number) {
    const layout = createListLayout(count, usual);
    const store = createVirtualStore(layout);
    return { layout, store, driver: createContainerDriver(store, layout, false) };
}
type List = ReturnType<typeof begin>;

function Placed({ list, index, of, children }: { list: List; index: number; of: number; children: ComponentChildren }) {
    const item = useRef<HTMLLIElement>(null);
    useLayoutEffect(() => list.driver.$observeItem(item.current!, index), [index]);
    return (
        <li
            ref={item}
            style={{
                transform: `translateY(${list.store.$getItemOffset(index)}px)`,
                visibility: list.layout.$isSizeEqual(index) ? "hidden" : "", // until it was measured
            }}
            aria-setsize={of}
            aria-posinset={index + 1}
        >
            {children}
        </li>
    );
}

export function Lines<Each>({ all, keyOf, line, place = -1, follow = [] }: Lines<Each>) {
    const root = useRef<HTMLUListElement>(null);
    const [list] = useState(() => begin(all.length));
    const [, again] = useReducer((count: number) => count + 1, 0);
    list.store.$update(ACTION_ITEMS_LENGTH_CHANGE, all.length);
    useLayoutEffect(() => {
        list.store.$subscribe(UPDATE_VIRTUAL_STATE, () => again(undefined as never));
        list.driver.$observe(root.current!);
        return () => {
            list.store.$dispose();
            list.driver.$dispose();
        };
    }, []);
    useLayoutEffect(() => list.driver.$effect());
    useEffect(() => {
        if (place >= 0) list.driver.$scroll(place, { align: "nearest" });
    }, follow);
    const [first, last] = list.store.$getRange();
    return (
        <div class="lines">
            <ul ref={root} style={{ height: `${list.store.$getTotalSize()}px` }}>
                {all.slice(first, last + 1).map((each, nth) => (
                    <Placed key={keyOf(each)} list={list} index={first + nth} of={all.length}>
                        {line(each)}
                    </Placed>
                ))}
            </ul>
        </div>
    );
}
