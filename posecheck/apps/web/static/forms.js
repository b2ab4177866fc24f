// Forms and buttons that send JSON to the API and say what came of it.
//
// <form data-post="/api/patients" data-then="/patients/{id}">: the fields become a JSON object
//   (data-method="PUT" for another method); {id} is taken from the answer; without data-then the
//   page is loaded again. An empty field is null; data-kind="number" makes a number, "flag" a
//   boolean of a checkbox, "secret" keeps blanks. Names with dots become nested objects.
// <button data-post="/api/x" data-method="DELETE" data-confirm="Really?" data-then="/">: the same.

const words = JSON.parse(document.getElementById("room-words").textContent);

/** Of every request: what goes wrong is said in the language of the page. */
export const OURS = { "Accept-Language": document.documentElement.lang };

/** Sends JSON and returns the answer's JSON; throws an Error whose message can be shown. */
export async function send(method, address, body, headers = {}) {
  let answer;
  try {
    answer = await fetch(address, {
      method,
      headers: { ...OURS, ...(body !== undefined && { "Content-Type": "application/json" }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error(words.no_connection);
  }
  if (answer.status === 401 && !address.startsWith("/api/sign-in")) {
    location.assign(`/sign-in?then=${encodeURIComponent(location.pathname + location.search)}`);
  }
  const text = await answer.text();
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    value = null;
  }
  if (!answer.ok) {
    const error = new Error(words.wrong.replace("{why}", whyOf(value, answer.statusText)));
    error.status = answer.status;
    error.value = value;
    throw error;
  }
  return value;
}

function whyOf(value, otherwise) {
  const detail = value && value.detail;
  if (typeof detail === "string") return detail;
  if (Array.isArray(detail)) {
    return detail.map((one) => `${(one.loc || []).slice(1).join(".")}: ${one.msg}`).join("; ");
  }
  return (detail && detail.message) || otherwise;
}

function valueOf(field) {
  if (field.dataset.kind === "flag") return field.checked;
  if (field.dataset.kind === "secret") return field.value; // a password may begin with a blank
  const text = field.value.trim();
  if (text === "") return field.dataset.kind === "text" ? "" : null;
  return field.dataset.kind === "number" ? Number(text) : text;
}

/** The fields of a form as one object. */
export function valuesOf(form) {
  const values = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled || (field.type === "radio" && !field.checked)) continue;
    const names = field.name.split(".");
    let place = values;
    for (const name of names.slice(0, -1)) place = place[name] ??= {};
    place[names.at(-1)] = valueOf(field);
  }
  return values;
}

function clearWrong(form) {
  for (const old of form.querySelectorAll(".wrong")) old.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    const about = field.getAttribute("aria-describedby").split(" ");
    field.setAttribute("aria-describedby", about.filter((id) => !id.endsWith("-wrong")).join(" "));
  }
}

/** A sentence without the name at its beginning, where that stands beside it. */
function withoutName(sentence, name) {
  const rest = sentence.startsWith(`${name} `) ? sentence.slice(name.length + 1) : sentence;
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

/** Says what is wrong at each field, as the API names them; what is no field of the form at its end. */
function sayAtFields(form, details) {
  let first = null;
  const others = [];
  for (const { loc = [], msg } of details) {
    const name = loc.slice(1).join(".");
    const field = form.elements.namedItem(name);
    if (!field?.id || field.type === "hidden") {
      others.push(`${name}: ${msg}`);
      continue;
    }
    const wrong = document.createElement("p");
    const textContent = withoutName(msg, name.replace("values.", ""));
    Object.assign(wrong, { className: "wrong", id: `${field.id}-wrong`, textContent });
    const place = field.closest(".field");
    if (place) place.append(wrong);
    else field.after(wrong);
    field.setAttribute("aria-invalid", "true");
    const about = field.getAttribute("aria-describedby");
    field.setAttribute("aria-describedby", about ? `${wrong.id} ${about}` : wrong.id);
    field.closest("details")?.setAttribute("open", "");
    first ??= field;
  }
  say(form, [words.see_fields, ...others].join(" "));
  first?.focus();
}

/** Says what came of a form: at its fields where the API names them, else at its end. */
export function sayError(form, error) {
  const details = error.value?.detail;
  if (form.elements && Array.isArray(details)) sayAtFields(form, details);
  else say(form, error.message);
}

/** Says a sentence beside what was pressed, and to those who listen. */
export function say(near, sentence, kind = "error") {
  const form = near.closest("form") || near.parentElement;
  let place = form.querySelector(":scope > .said");
  if (!place) {
    place = document.createElement("p");
    place.className = "said";
    place.setAttribute("role", "alert");
    form.append(place);
  }
  place.dataset.kind = kind;
  place.textContent = sentence;
}

async function act(element, body) {
  const { post, method = "POST", then } = element.dataset;
  const buttons = [element, ...element.querySelectorAll("button")].filter((e) => "disabled" in e);
  for (const button of buttons) button.disabled = true;
  clearWrong(element);
  try {
    const answer = await send(method, post, body);
    const done = new CustomEvent("done", { detail: answer, bubbles: true, cancelable: true });
    if (!element.dispatchEvent(done)) return; // whoever listens goes on by itself
    if (then) location.assign(then.replace(/\{(\w+)\}/g, (_, name) => answer[name]));
    else location.reload();
  } catch (error) {
    sayError(element, error);
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.post) return;
  event.preventDefault();
  const values = valuesOf(form);
  form.dispatchEvent(new CustomEvent("values", { detail: values, bubbles: true }));
  act(form, values);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-post]");
  if (!button) return;
  if (button.dataset.confirm && !window.confirm(button.dataset.confirm)) return;
  act(button, button.dataset.method === "DELETE" ? undefined : {});
});
