// That this page is in a call, and what was on there, for the page that comes after a reload: {camera, isMuted}; `camera` is left out
// unless it was on (true) or was switched off by hand (false).
import { attempt } from "./attempt.js";

export class CallMemory {
  constructor(session) {
    this.name = `mechanichub.call.${session}`;
  }

  keep(choice) {
    attempt(() => sessionStorage.setItem(this.name, JSON.stringify(choice)));
  }

  recall() {
    return attempt(() => JSON.parse(sessionStorage.getItem(this.name)));
  }

  forget() {
    attempt(() => sessionStorage.removeItem(this.name));
  }
}
