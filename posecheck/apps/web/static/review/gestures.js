// Fingers, mouse and wheel on an element: one drags, two pinch, the wheel zooms.

/**
 * Calls `drag.begin(event)`, which gives false to refuse, then `drag.move(event, moved_px)` and
 * `drag.end(event, moved_px)`; `zoom(factor, x, y)` about a point of the element; it gives false if
 * nothing came of it, and the page scrolls then.
 */
export function gestures(element, { drag, zoom, wheel = () => true }) {
  const fingers = new Map();
  let dragged = null;
  let apart = 0;

  const placeOf = (x, y) => {
    const box = element.getBoundingClientRect();
    return [x - box.left, y - box.top];
  };
  const spread = () => {
    const [a, b] = [...fingers.values()];
    return Math.hypot(a.x - b.x, a.y - b.y);
  };
  const stop = (event) => {
    if (dragged && dragged.id === event.pointerId) {
      drag.end(event, dragged.moved_px);
      dragged = null;
    }
  };

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.defaultPrevented) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size === 2) {
      if (dragged) drag.end(event, dragged.moved_px);
      dragged = null;
      apart = spread();
      return;
    }
    if (fingers.size > 2 || drag.begin(event) === false) return;
    element.setPointerCapture(event.pointerId);
    dragged = { id: event.pointerId, x: event.clientX, y: event.clientY, moved_px: 0 };
  });
  element.addEventListener("pointermove", (event) => {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    finger.x = event.clientX;
    finger.y = event.clientY;
    if (fingers.size === 2) {
      const now = spread();
      const [a, b] = [...fingers.values()];
      if (apart > 0 && now > 0) zoom(now / apart, ...placeOf((a.x + b.x) / 2, (a.y + b.y) / 2));
      apart = now;
    } else if (dragged && dragged.id === event.pointerId) {
      const away = Math.hypot(event.clientX - dragged.x, event.clientY - dragged.y);
      dragged.moved_px = Math.max(dragged.moved_px, away);
      drag.move(event, dragged.moved_px);
    }
  });
  for (const name of ["pointerup", "pointercancel"]) {
    element.addEventListener(name, (event) => {
      fingers.delete(event.pointerId);
      stop(event);
    });
  }
  element.addEventListener("wheel", (event) => {
    if (!wheel(event)) return;
    const factor = Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0025));
    if (zoom(factor, ...placeOf(event.clientX, event.clientY)) !== false) event.preventDefault();
  }, { passive: false });
}
