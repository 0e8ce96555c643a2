// A bundle of its own: only a rehearsal with WebSockets needs it.
export { WebSocket } from "ws";
