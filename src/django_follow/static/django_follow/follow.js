/* Follow buttons without a page load. One listener serves any number of buttons, also those added
   later; without this script the same forms are sent as they are. */
"use strict";

(() => {
  class Refusal extends Error {} // the server said no and why; any other error is the network's

  const show = (form, following) => {
    const button = form.querySelector("button[name=action]");
    button.value = following ? "unfollow" : "follow";
    button.setAttribute("aria-pressed", String(following));
    const text = [...button.childNodes].find((node) => node.nodeType === Node.TEXT_NODE);
    if (text) text.nodeValue = following ? form.dataset.labelUnfollow : form.dataset.labelFollow;
  };

  const report = (form, text) => {
    let status = form.querySelector("[role=status]");
    if (!status) {
      status = document.createElement("span");
      status.setAttribute("role", "status");
      form.append(status);
    }
    status.textContent = text;
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
      if (form.elements.id.value === id && form.elements.model?.value === model) {
        show(form, state.following);
      }
    }
    if (state.counts) count(id, state.counts);
    if (state.viewer) count(state.viewer.id, state.viewer.counts);
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-follow]");
    if (!form) return;
    event.preventDefault();
    if (form.dataset.busy) return; // a double click is one click
    const body = new FormData(form, event.submitter ?? form.querySelector("button[name=action]"));
    const before = body.get("action") === "unfollow";
    form.dataset.busy = "true";
    try {
      report(form, "");
      show(form, !before);
      // Not form.action: that is the button of this name.
      const response = await fetch(form.getAttribute("action"), {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        credentials: "same-origin",
      });
      const state = await response.json();
      if (!response.ok) throw new Refusal(state.message);
      showEverywhere(body.get("id"), form.elements.model?.value, state);
    } catch (error) {
      show(form, before);
      report(form, error instanceof Refusal ? error.message : form.dataset.labelFailed);
    } finally {
      delete form.dataset.busy;
    }
  });
})();
