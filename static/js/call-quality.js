// How good a connection is, from one look to the next: {word, rtt, loss, rate}. word: "good", "weak" or "lost"; rtt in milliseconds;
// loss of 0 to 1, the worse of both directions; rate of what comes in, in kbit/s.
const SLOW = 400; // milliseconds there and back: people begin to talk into each other's words (ITU-T G.114)
const LOSSY = 0.05;

export class CallQuality {
  async look(pc) {
    const stats = [...(await pc.getStats()).values()];
    const pair = stats.find((each) => each.type === "candidate-pair" && each.nominated && each.state === "succeeded");
    const inbound = stats.filter((each) => each.type === "inbound-rtp");
    const now = {
      at: performance.now(),
      bytes: sum(inbound, "bytesReceived"),
      lost: sum(inbound, "packetsLost"),
      received: sum(inbound, "packetsReceived"),
    };
    const before = this.before ?? { ...now, at: now.at - 1000 };
    this.before = now;
    const lost = Math.max(0, now.lost - before.lost);
    const came = Math.max(0, now.received - before.received);
    const outLoss = Math.max(0, ...stats.filter((each) => each.type === "remote-inbound-rtp").map((each) => each.fractionLost ?? 0));
    const rtt = Math.round((pair?.currentRoundTripTime ?? 0) * 1000);
    const loss = Math.max(lost / (lost + came || 1), outLoss);
    const rate = Math.max(0, Math.round(((now.bytes - before.bytes) * 8) / (now.at - before.at)));
    return { word: this.word(pc, rtt, loss), rtt, loss, rate };
  }

  word(pc, rtt, loss) {
    if (pc.connectionState !== "connected") return "lost";
    return rtt > SLOW || loss > LOSSY ? "weak" : "good";
  }
}

function sum(stats, field) {
  return stats.reduce((total, each) => total + (each[field] ?? 0), 0);
}
