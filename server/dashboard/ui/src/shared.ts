// What the parts of the page that come later (own.ts) take from the script that is there already: build.mjs makes their
// imports lead here.
export { signal } from "@preact/signals";
export { useEffect, useRef, useState } from "preact/hooks";
export { Fragment, jsx, jsxs } from "preact/jsx-runtime";
export { announce } from "./announce";
export { api, ask, get, post } from "./api";
export { OwnPassphrase } from "./field";
export { focusSoon, home } from "./nav";
export { make, sign } from "./passkeys";
export { draft, Permit, title } from "./permit";
export { leaveForProvider } from "./provider";
export { confirmed, permissions, readings, restLoaded, rotations, session, tryRefresh } from "./state";
export { clock, inMoments, left, moment, now } from "./time";
export { shownIn, surely } from "./words";
export { Looking, Problem, useWork } from "./work";
