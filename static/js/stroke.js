// What a stroke on a photo looks like, as SVG in pixels of that photo. files_app/strokes.py paints the same into the report's copy;
// tests/browser/test_drawing.py compares the two.
//
// A stroke is {id, by, name, role, shape, points, label} with points in fractions of width and height. Its form is drawn three times, one
// over the other: a dark edge, a white halo, the colour, so that it can be seen on any photo. All measures are in pens.
const PEN = 0.0085; // of the mean of width and height
const HALO = 0.5; // pens around the colour
const EDGE = 0.75;
const EDGE_OPACITY = 0.6;
const HEAD = 5.4; // pens: length of an arrow's head, unless the arrow is short
const DISC = 3.2; // pens: radius around a number
const DIGITS = [0, 4.1, 3.5, 2.7]; // pens: size of its type, by the number of digits
const COLOURS = { mechanic: "#d92c0a", customer: "#0a5ce0" };
const WHITE = "#ffffff";
const DARK = "#0b1414";
const SVG = "http://www.w3.org/2000/svg";

// The stroke as a <g>, for an SVG whose user units are the pixels of a photo of this size.
export function drawn(stroke, width, height) {
  const pen = penFor(width, height);
  const points = stroke.points.map(([x, y]) => [x * width, y * height]);
  const { d, thickness, isFilled } = FORMS[stroke.shape](points, pen);
  const colour = COLOURS[stroke.role];
  const path = (paint, grown, more) =>
    create("path", { d, stroke: paint, "stroke-width": thickness + 2 * grown, fill: isFilled ? paint : "none", ...more });
  const group = create("g", { "data-stroke": stroke.id, "stroke-linecap": "round", "stroke-linejoin": "round" });
  group.append(path(DARK, EDGE * pen, { opacity: EDGE_OPACITY }), path(WHITE, HALO * pen), path(colour, 0));
  if (stroke.shape === "number") group.append(figures(stroke.label, points[0], pen));
  return group;
}

// The thickness of a line on a photo of this size.
export function penFor(width, height) {
  return ((width + height) / 2) * PEN;
}

function figures(label, [x, y], pen) {
  const size = DIGITS[Math.max(1, label.length)] * pen;
  const text = create("text", { x, y: y + 0.355 * size, "font-size": size, "font-weight": 700, "text-anchor": "middle", fill: WHITE });
  text.textContent = label;
  return text;
}

const FORMS = {
  arrow: ([tail, tip], pen) => ({ d: `${lines(arrow(tail, tip, pen))}Z`, thickness: pen * 0.3, isFilled: true }),
  circle: ([corner, opposite], pen) => ({ d: ellipse(corner, opposite), thickness: pen }),
  number: ([[x, y]], pen) => {
    const radius = DISC * pen;
    return { d: ellipse([x - radius, y - radius], [x + radius, y + radius]), thickness: 0, isFilled: true };
  },
  line: (points, pen) => ({ d: smooth(points), thickness: pen }),
};

// Thin where it begins, with a swept head.
function arrow(tail, tip, pen) {
  const length = Math.hypot(tip[0] - tail[0], tip[1] - tail[1]);
  const [x, y] = [(tip[0] - tail[0]) / length, (tip[1] - tail[1]) / length];
  const head = Math.min(HEAD * pen, 0.6 * length);
  const at = (along, aside) => [tail[0] + x * along - y * aside, tail[1] + y * along + x * aside];
  const neck = length - 0.82 * head;
  const barb = length - head;
  const right = [at(0, 0.06 * head), at(neck, 0.15 * head), at(barb, 0.46 * head)];
  const left = [at(barb, -0.46 * head), at(neck, -0.15 * head), at(0, -0.06 * head)];
  return [...right, tip, ...left];
}

// The one that touches the sides of the box between two corners.
function ellipse([x1, y1], [x2, y2]) {
  const [rx, ry] = [Math.abs(x1 - x2) / 2, Math.abs(y1 - y2) / 2];
  const [left, right, y] = [Math.min(x1, x2), Math.max(x1, x2), (y1 + y2) / 2];
  return `M${left} ${y}A${rx} ${ry} 0 1 1 ${right} ${y}A${rx} ${ry} 0 1 1 ${left} ${y}Z`;
}

// A quadratic curve through the middles between the points.
function smooth(points) {
  const middles = points.slice(1).map(([x, y], before) => [(x + points[before][0]) / 2, (y + points[before][1]) / 2]);
  const curves = points.slice(1, -1).map((point, place) => `Q${point} ${middles[place + 1]}`);
  return `M${points[0]}L${middles[0]}${curves.join("")}L${points.at(-1)}`;
}

function lines(points) {
  return `M${points.join("L")}`;
}

function create(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

// --- from a hand to a stroke

const MOST_POINTS = 200;
const DIGITS_AFTER_POINT = 4;

// The way of a finger as few points, none of them further from it than can be seen. Points in fractions.
export function simplified(points, width, height) {
  let tolerance = penFor(width, height) / 6;
  let kept = points;
  do {
    kept = thinned(points, width, height, tolerance);
    tolerance *= 1.5;
  } while (kept.length > MOST_POINTS);
  return kept.map(rounded);
}

export function rounded(point) {
  return point.map((each) => Number(Math.min(1, Math.max(0, each)).toFixed(DIGITS_AFTER_POINT)));
}

// Ramer, Douglas and Peucker, without recursion.
function thinned(points, width, height, tolerance) {
  const keep = new Set([0, points.length - 1]);
  const open = [[0, points.length - 1]];
  while (open.length) {
    const [first, last] = open.pop();
    const [furthest, distance] = furthestFromChord(points, first, last, width, height);
    if (distance <= tolerance) continue;
    keep.add(furthest);
    open.push([first, furthest], [furthest, last]);
  }
  return points.filter((_, place) => keep.has(place));
}

function furthestFromChord(points, first, last, width, height) {
  const [ax, ay] = [points[first][0] * width, points[first][1] * height];
  const [bx, by] = [points[last][0] * width - ax, points[last][1] * height - ay];
  const length = Math.hypot(bx, by);
  let found = [first, 0];
  for (let place = first + 1; place < last; place++) {
    const [x, y] = [points[place][0] * width - ax, points[place][1] * height - ay];
    const along = length ? Math.min(1, Math.max(0, (x * bx + y * by) / length ** 2)) : 0;
    const distance = Math.hypot(x - along * bx, y - along * by);
    if (distance > found[1]) found = [place, distance];
  }
  return found;
}
