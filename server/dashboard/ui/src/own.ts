// What is about the person who is signed in, and not about what waits for them. It is a file of its own, and is fetched when
// one of these is first looked at.
export { Consent } from "./consent";
export { OwnKey } from "./own_key";
export { Own } from "./passkey_list";
