import type { MonitApp } from "./monitApps.ts";
import { currentRow, type MonitAction, type MonitState, type Prompt, rowsOf } from "./monitState.ts";
import type { Key } from "./screen.ts";

/** Characters that a prompt takes. */
const longestText = 60;

/** Rows of the log that a page has. */
const page = 10;

/** What a key changes, and what it asks for. */
export interface Pressed {
  readonly state: MonitState;
  readonly action?: MonitAction;
}

/** Decides what a key does. */
export function pressKey(before: MonitState, key: Key, apps: readonly MonitApp[]): Pressed {
  const { prompt } = before;
  if (key.ctrl && (key.name === "c" || key.name === "d")) {
    return { state: before, action: { kind: "quit" } };
  }
  if (key.ctrl && key.name === "z") {
    return { state: before, action: { kind: "suspend" } };
  }
  if (prompt !== undefined) {
    return answerPrompt(before, prompt, key);
  }
  const state: MonitState = { ...before, message: undefined };
  const row = currentRow(apps, state.chosen);
  switch (key.name) {
    case "up":
    case "down":
      return { state: state.view === "log" ? scroll(state, key.name === "up" ? 1 : -1) : move(state, apps, key.name) };
    case "pageup":
      return { state: scroll(state, page) };
    case "pagedown":
      return { state: scroll(state, -page) };
    case "end":
      return { state: { ...state, scrolled: 0 } };
    case "tab":
      return { state: nextApp(state, apps) };
    case "escape":
      return { state: { ...state, view: "apps", filter: "", scrolled: 0 } };
    default:
  }
  switch (key.text) {
    case "q":
      return { state, action: { kind: "quit" } };
    case "j":
    case "k":
      return pressKey(state, { name: key.text === "j" ? "down" : "up", text: "", ctrl: false }, apps);
    case "l":
      return { state: { ...state, view: state.view === "log" ? "apps" : "log", scrolled: 0 } };
    case "/":
      return { state: { ...state, prompt: { kind: "filter", text: state.filter } } };
    case "r":
    case "g":
    case "R":
    case "s":
      return row === undefined ? { state } : command(state, key.text, row);
    default:
      return { state };
  }
}

function command(
  state: MonitState,
  key: "r" | "g" | "R" | "s",
  { pid, worker }: { pid: number; worker?: number },
): Pressed {
  const whom = { pid, ...(worker !== undefined && { worker }) };
  switch (key) {
    case "r":
      return { state, action: { kind: "renew", how: "reload", ...whom } };
    case "g":
      return { state, action: { kind: "renew", how: "gracefulReload", ...whom } };
    case "R":
      return { state: { ...state, prompt: { kind: "restart", ...whom } } };
    default:
      return { state: { ...state, prompt: { kind: "scale", text: "", pid } } };
  }
}

function answerPrompt(state: MonitState, prompt: Prompt, key: Key): Pressed {
  const closed: MonitState = { ...state, prompt: undefined };
  if (key.name === "escape") {
    return { state: prompt.kind === "filter" ? { ...closed, filter: "" } : closed };
  }
  if (prompt.kind === "restart") {
    const { pid, worker } = prompt;
    const whom = { pid, ...(worker !== undefined && { worker }) };
    return key.text === "y" || key.text === "Y"
      ? { state: closed, action: { kind: "renew", how: "restart", ...whom } }
      : { state: closed };
  }
  if (key.name === "return" || key.name === "enter") {
    if (prompt.kind === "filter") {
      return { state: closed };
    }
    const workers = Number(prompt.text);
    if (Number.isInteger(workers) && workers >= 1 && workers <= 1_024) {
      return { state: closed, action: { kind: "scale", pid: prompt.pid, workers } };
    }
    const text = prompt.text === "" ? "Nothing was changed." : `${prompt.text} is no number of workers: 1 to 1024.`;
    return { state: { ...closed, message: { text, isTrouble: prompt.text !== "" } } };
  }
  const text =
    key.name === "backspace"
      ? [...prompt.text].slice(0, -1).join("")
      : (prompt.text + (prompt.kind === "scale" ? digits(key.text) : printed(key))).slice(0, longestText);
  const typed: MonitState = { ...state, prompt: { ...prompt, text } };
  return { state: prompt.kind === "filter" ? { ...typed, filter: text, scrolled: 0 } : typed };
}

function digits(text: string): string {
  return /^\d$/.test(text) ? text : "";
}

function printed({ text, ctrl }: Key): string {
  return ctrl || /\p{Cc}/u.test(text) ? "" : text;
}

function move(state: MonitState, apps: readonly MonitApp[], to: "up" | "down"): MonitState {
  const rows = rowsOf(apps);
  const current = currentRow(apps, state.chosen);
  const at = rows.findIndex(({ pid, worker }) => pid === current?.pid && worker === current?.worker);
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + (to === "up" ? -1 : 1)))];
  return { ...state, chosen: next, scrolled: 0 };
}

function nextApp(state: MonitState, apps: readonly MonitApp[]): MonitState {
  const pids = apps.map(({ endpoint }) => endpoint.pid);
  const at = pids.indexOf(currentRow(apps, state.chosen)?.pid ?? -1);
  const pid = pids[(at + 1) % Math.max(1, pids.length)];
  return pid === undefined ? state : { ...state, chosen: { pid }, scrolled: 0 };
}

/** The view knows how far there is something to be seen. */
function scroll(state: MonitState, lines: number): MonitState {
  return { ...state, scrolled: Math.max(0, state.scrolled + lines) };
}
