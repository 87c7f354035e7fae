// Where the points of a stroke are, in fractions of a photo of {width, height}.
const BY_TAP = 0.12; // of the photo's mean side: the length of an arrow, and the diameter of a circle

// An arrow that points there, from where the middle of the photo is; a circle around it.
export function byTap(shape, [x, y], { width, height }) {
  const length = ((width + height) / 2) * BY_TAP;
  const [across, down] = [length / width, length / height];
  if (shape === "arrow") return [[x + (x < 0.5 ? across : -across) * 0.7, y + (y < 0.3 ? down : -down) * 0.7], [x, y]];
  return [
    [x - across / 2, y - down / 2],
    [x + across / 2, y + down / 2],
  ];
}

// The other end, moved so that a circle is round, and an arrow lies in one of eight directions.
export function even(shape, [x1, y1], [x2, y2], { width, height }) {
  const [dx, dy] = [(x2 - x1) * width, (y2 - y1) * height];
  const angle = Math.round(Math.atan2(dy, dx) / (Math.PI / 4)) * (Math.PI / 4);
  const side = Math.max(Math.abs(dx), Math.abs(dy));
  const length = Math.hypot(dx, dy);
  const [across, down] = shape === "circle" ? [Math.sign(dx) * side, Math.sign(dy) * side] : [Math.cos(angle) * length, Math.sin(angle) * length];
  return [x1 + across / width, y1 + down / height];
}
