/* Forms about people without a page load. One listener serves any number of them, also those added
   later; without this script the same forms are sent as they are. */
"use strict";

(() => {
  class Refusal extends Error {} // the server said no and why; any other error is the network's

  // The intent that a form of each kind offers next, by what the two people are to each other.
  // The first intent of a kind bears its name; the button is pressed when it offers another.
  const next = {
    follow: (now) =>
      now.blocking ? "unblock" : now.following ? "unfollow" : now.requested ? "withdraw" : "follow",
    block: (now) => (now.blocking ? "unblock" : "block"),
    mute: (now) => (now.muting ? "unmute" : "mute"),
  };
  const guess = { follow: { following: true }, block: { blocking: true }, mute: { muting: true } };
  const turns = new Map(); // by person: the request that the next one waits for

  const kindOf = (form) => form.dataset.follow || "follow";

  const show = (form, intent) => {
    const button = form.querySelector("button[name=action]");
    button.value = intent;
    button.setAttribute("aria-pressed", String(intent !== kindOf(form)));
    const text = [...button.childNodes].find((node) => node.nodeType === Node.TEXT_NODE);
    const label = form.getAttribute(`data-label-${intent}`);
    if (text && label) text.nodeValue = label;
  };

  const report = (form, text) => {
    let status = form.querySelector("[role=status]");
    if (!status) {
      status = document.createElement("span");
      status.setAttribute("role", "status");
      status.tabIndex = -1;
      form.append(status);
    }
    status.textContent = text;
    return status;
  };

  const count = (id, counts) => {
    for (const [kind, number] of Object.entries(counts)) {
      for (const place of document.querySelectorAll(`[data-follow-count="${kind}"]`)) {
        if (place.dataset.followId === id) place.textContent = number;
      }
    }
  };

  // One person may have several buttons and numbers on a page: all show the server's truth.
  const showEverywhere = (id, model, state) => {
    for (const form of document.querySelectorAll("form[data-follow]")) {
      const intent = next[kindOf(form)]?.(state);
      if (intent && form.elements.id.value === id && form.elements.model?.value === model) {
        show(form, intent);
      }
    }
    if (state.counts) count(id, state.counts);
    if (state.viewer) count(state.viewer.id, state.viewer.counts);
  };

  // An answer is given once: what was done takes the place of the buttons, and the focus.
  const settle = (form, intent) => {
    const buttons = [...form.querySelectorAll("button")];
    const focused = buttons.includes(document.activeElement);
    for (const button of buttons) button.hidden = true;
    const status = report(form, form.getAttribute(`data-done-${intent}`) ?? "");
    form.closest("[data-follow-row]")?.setAttribute("data-follow-done", intent);
    if (focused) status.focus();
  };

  const send = async (form, body) => {
    // Not form.action: that is the button of this name.
    const response = await fetch(form.getAttribute("action"), {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      keepalive: true, // the click counts, even if its page is left at once
    });
    const state = await response.json();
    if (!response.ok) throw new Refusal(state.message);
    return state;
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-follow]");
    if (!form) return;
    event.preventDefault();
    if (form.dataset.busy) return; // a double click is one click
    const body = new FormData(form, event.submitter ?? form.querySelector("button[name=action]"));
    const [intent, id, model] = ["action", "id", "model"].map((name) => body.get(name));
    const toggle = next[kindOf(form)];
    const person = `${model} ${id}`;
    form.dataset.busy = "true";
    report(form, "");
    if (toggle) show(form, toggle(guess[intent] ?? {}));
    try {
      const turn = (turns.get(person) ?? Promise.resolve()).then(() => send(form, body));
      turns.set(person, turn.catch(() => {}));
      showEverywhere(id, form.elements.model?.value, await turn);
      if (!toggle) settle(form, intent);
    } catch (error) {
      if (toggle) show(form, intent);
      report(form, error instanceof Refusal ? error.message : form.dataset.labelFailed);
    } finally {
      delete form.dataset.busy;
    }
  });

  // Whoever comes back gets the page, or its answer, from the browser's memory: from before a click.
  window.addEventListener("pageshow", (event) => {
    const [visit] = performance.getEntriesByType("navigation");
    const kept = event.persisted || (visit?.type === "back_forward" && !visit.transferSize);
    if (kept && document.querySelector("form[data-follow]")) location.reload();
  });
})();
