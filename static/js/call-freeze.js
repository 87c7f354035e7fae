// Stills: the mechanic presses, the customer's camera takes it in its full size, and it is sent as a file like any other.
//
//   freeze {client_id}        from the mechanic's page: take one, by this name
//   frozen {client_id, how}   from the customer's: "sent", "no-camera" or "failed"
//
// Who wants one says still:wanted {client_id} on the document; files:send {files, source: "still", client_id} has it sent. `stage` is
// the <call-stage>.
import { devices } from "./call-devices.js";
import { still } from "./call-still.js";
import { toast } from "./toast-region.js";

export class CallFreeze {
  constructor(stage) {
    this.stage = stage;
  }

  want(client_id) {
    if (this.stage.side === "customer") return this.take(client_id);
    const went = this.stage.theirs("still") && this.stage.say({ type: "freeze", client_id });
    if (went) this.stage.announce("still-asked");
    else toast(this.stage.words("still-no-camera", { who: this.stage.other }), "warn");
  }

  hear({ client_id }) {
    if (this.stage.side === "customer") this.take(client_id);
  }

  hearFrozen(who, { how }) {
    toast(this.stage.words(`still-${how}`, { who }), how === "sent" ? "ok" : "warn");
  }

  async take(client_id) {
    const how = await this.send(client_id);
    this.stage.say({ type: "frozen", client_id, how });
  }

  async send(client_id) {
    if (!this.stage.line?.isJoined || !devices.camera) return "no-camera";
    try {
      const files = [await still(devices.camera)];
      document.dispatchEvent(new CustomEvent("files:send", { detail: { files, source: "still", client_id } }));
    } catch {
      return "failed";
    }
    toast(this.stage.words("still-taken", { who: this.stage.other }));
    this.stage.querySelector("[data-self]").animate?.([{ opacity: 0 }, { opacity: 1 }], 400);
    return "sent";
  }
}
