// What is not about what waits for a decision: the person who is signed in, the others, what is allowed ahead of time, old
// tokens that go, the server itself. It is a file of its own, and is fetched when one of these is first looked at.
export { Consent } from "./consent";
export { People } from "./enrolled";
export { Health } from "./health";
export { OwnKey } from "./own_key";
export { Own } from "./passkey_list";
export { Permissions } from "./permissions";
export { Rotations } from "./rotations";
