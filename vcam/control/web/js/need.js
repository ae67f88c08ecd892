// Who needs the meters: as long as nobody does, none are sent.

import { wantMeters } from "./live.js";

const needs = new Set();

export function needMeters(who, needed) {
  if (needed) needs.add(who);
  else needs.delete(who);
  wantMeters(needs.size > 0);
}
