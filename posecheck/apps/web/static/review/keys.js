// The keys of the page. They do nothing where somebody types, and nothing that a button does not.

/** Whether a key belongs to what has the focus: text that is typed, a list, a dialog. */
function isTaken(event) {
  const { target } = event;
  if (target.closest("dialog[open]")) return true;
  if (target.closest("textarea, select, [contenteditable], input:not([type=checkbox]):not([type=radio])")) return true;
  const presses = event.key === " " || event.key === "Enter";
  if (presses && target.closest("button, a, summary, input")) return true;
  return target.closest("input[type=radio]") !== null && event.key.startsWith("Arrow");
}

/**
 * Calls an action of `actions` by its key: `{" ": act, "Shift+ArrowLeft": act, "Ctrl+z": act}`.
 * Letters are named as they are typed, small ones without Shift.
 */
export function listenToKeys(actions) {
  document.addEventListener("keydown", (event) => {
    const composed = event.getModifierState("AltGraph"); // brackets on many keyboards
    if (event.defaultPrevented || (event.altKey && !composed) || isTaken(event)) return;
    const letter = event.key.length === 1;
    const key = letter ? event.key.toLowerCase() : event.key;
    const ctrl = !composed && (event.ctrlKey || event.metaKey) ? "Ctrl+" : "";
    const shift = event.shiftKey && (!letter || ctrl) ? "Shift+" : "";
    const act = actions[`${ctrl}${shift}${key}`];
    if (!act) return;
    event.preventDefault();
    act(event);
  });
}
