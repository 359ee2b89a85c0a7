// What is said when a terminal has ended or was refused, and what one can do then.
const CODES = { 4400: "bad", 4401: "withdrawn", 4403: "denied", 4404: "missing" };

export const reasonOf = (code) => CODES[code] ?? "failed";

// [word, deed] of each button
const DEEDS = {
  exited: ["again", "drop"],
  closed: ["again", "drop"],
  left: ["again", "drop"],
  detached: ["again", "drop"],
  loosened: ["again", "drop"],
  withdrawn: ["drop"],
  "no-shell": ["other", "attach", "drop"],
  "no-command": ["other", "drop"],
  "no-directory": ["other", "drop"],
  "not-running": ["start", "drop"],
  "container-ended": ["start", "drop"],
  paused: ["unpause", "drop"],
  gone: ["drop"],
  away: ["again", "drop"],
  refused: ["other", "again", "drop"],
  failed: ["again", "drop"],
  denied: ["drop"],
  missing: ["again", "drop"],
  "too-many": ["drop"],
  guardrail: ["other", "drop"],
  "not-written": ["again", "drop"],
  bad: ["other", "drop"],
};

export const deedsOf = (reason) => DEEDS[reason] ?? ["drop"];
export const isTrouble = (reason) =>
  !["exited", "closed", "left", "detached", "loosened"].includes(reason);
