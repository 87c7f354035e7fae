// chime(): two soft notes, made on the spot. Resolves to false when the browser does not let the page make a sound yet.
const NOTES = [
  { frequency: 659.25, at: 0 },
  { frequency: 987.77, at: 0.14 },
];
const LENGTH = 0.7; // seconds
const LOUDNESS = 0.22;

let context;

export async function chime() {
  context ??= new AudioContext();
  // A page that nobody has touched may not make a sound: resume() then waits for ever.
  await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, 300))]);
  if (context.state !== "running") return false;
  for (const note of NOTES) play(note);
  return true;
}

function play({ frequency, at }) {
  const start = context.currentTime + at;
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.015);
  volume.gain.setValueAtTime(LOUDNESS, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + LENGTH);
  const note = new OscillatorNode(context, { type: "triangle", frequency });
  note.connect(volume).connect(context.destination);
  note.start(start);
  note.stop(start + LENGTH);
}
