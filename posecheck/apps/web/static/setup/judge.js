// What a camera that stands badly is told: the rules of posecheck/assess/setup.py, for the looks of
// a browser. All numbers come from the engine with the page; a test compares the two.
//
// A look is { people: [[{x, y}, … 33 in pixels], …], width, height, brightness }.

const degrees = (radians) => (radians * 180) / Math.PI;
const middle = (a, b) => ({ x: 0.5 * (a.x + b.x), y: 0.5 * (a.y + b.y) });
const away = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

function median(values) {
  const sorted = values.toSorted((a, b) => a - b), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : 0.5 * (sorted[half - 1] + sorted[half]);
}

function trunkOf(person, n) {
  const shoulders = middle(...n.shoulders.map((i) => person[i]));
  const hips = middle(...n.hips.map((i) => person[i]));
  const slope = degrees(Math.atan2(Math.abs(hips.y - shoulders.y), Math.abs(hips.x - shoulders.x)));
  return { shoulders, hips, slope, length: away(shoulders, hips) };
}

/** The person who is looked at: who lies, if anybody does. */
export function theOne(look, n) {
  return look.people.find((person) => trunkOf(person, n).slope < n.lies_deg) ?? look.people[0];
}

function isAlone(look, person, n) {
  const own = trunkOf(person, n);
  return look.people.every((other) => {
    const theirs = trunkOf(other, n); // the model sees one person twice now and then
    return away(own.hips, theirs.hips) < n.same_trunks * Math.max(own.length, theirs.length);
  });
}

/** All that one look gives, but for the view. */
function problems(look, n) {
  const dark = look.brightness < n.dark ? ["more_light"] : [];
  const person = theOne(look, n);
  if (!person) return dark.length ? dark : ["come_into_view"];
  const found = [...dark], trunk = trunkOf(person, n);
  if (!(trunk.slope < n.lies_deg)) found.push("lie_down");
  const body = [n.nose, ...n.shoulders, ...n.hips, ...n.legs.flat()].map((i) => person[i]);
  const inside = ({ x, y }) => x >= 0 && y >= 0 && x <= look.width && y <= look.height;
  if (!body.every(inside)) found.push("move_back");
  const share = (n.body_in_trunks * trunk.length) / Math.max(look.width, look.height);
  if (!found.includes("lie_down") && share < n.body_min_share) found.push("come_closer");
  if (!isAlone(look, person, n)) found.push("alone");
  return found;
}

/** From where the camera looks at somebody who lies; as posecheck/motion/view.py estimates it. */
export function viewOf(looks, n) {
  const people = looks.map((look) => theOne(look, n)).filter(Boolean);
  const held = (i) => ({ x: median(people.map((p) => p[i].x)), y: median(people.map((p) => p[i].y)) });
  const { width, height } = looks[0];
  const [left, right] = n.shoulders.map(held);
  const hips = middle(...n.hips.map(held)), shoulders = middle(left, right);
  const axis = { x: hips.x - shoulders.x, y: hips.y - shoulders.y };
  const feet = axis.x >= 0 ? 1 : -1, long2 = axis.x ** 2 + axis.y ** 2;
  const [near, far] = n.near_sides[feet > 0 ? "right" : "left"] === "left" ? [left, right] : [right, left];
  const apart = ((near.x - far.x) * axis.x + (near.y - far.y) * axis.y) / long2;
  const focal = n.focal * Math.max(width, height);
  const centre = { x: (shoulders.x - width / 2) / focal, y: (shoulders.y - height / 2) / focal };
  const azimuth = degrees(Math.atan(apart / n.shoulders_along) - Math.atan(centre.x * feet));
  const across = ((far.x - near.x) * axis.y - (far.y - near.y) * axis.x) * (feet / long2);
  const local = (azimuth * Math.PI) / 180 + Math.atan(centre.x * feet);
  const part = across / n.shoulders_across, cos2 = Math.cos(local) ** 2, sin2 = Math.sin(local) ** 2;
  const sine = (2 * part * cos2) / (1 + Math.sqrt(Math.max(1 - 4 * part ** 2 * sin2 * cos2, 0)));
  let up = degrees(Math.asin(Math.min(Math.max(sine, -n.sine_max), n.sine_max)));
  if (up > n.both_seen_deg) up = n.both_seen_deg + n.both_seen_share * (up - n.both_seen_deg);
  return { azimuth, elevation: up - degrees(Math.atan(centre.y)) };
}

/** What to change, in the order in which it is worth saying. */
export function hintsOf(looks, n) {
  if (!looks.length) return [];
  const found = looks.map((look) => problems(look, n));
  const hints = n.hints.filter(
    (hint) => found.filter((seen) => seen.includes(hint)).length > n.appears * looks.length,
  );
  const seen = looks.filter((look) => look.people.length);
  if (seen.length > n.appears * looks.length && !hints.some((hint) => n.viewless.includes(hint))) {
    const { azimuth, elevation } = viewOf(seen, n);
    const oblique = Math.abs(azimuth) > n.max_azimuth_deg || Math.abs(elevation) > n.max_elevation_deg;
    if (oblique) hints.push("turn_side_on");
  }
  return hints.toSorted((a, b) => n.hints.indexOf(a) - n.hints.indexOf(b));
}
