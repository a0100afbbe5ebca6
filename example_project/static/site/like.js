/* Like buttons without a page load; without this script the same forms are sent as they are. */
"use strict";

(() => {
  class Refusal extends Error {} // the server said no and why; any other error is the network's

  const show = (form, liked) => {
    const button = form.querySelector("button[name=action]");
    button.value = liked ? "unlike" : "like";
    button.setAttribute("aria-pressed", String(liked));
    button.textContent = liked ? form.dataset.labelUnlike : form.dataset.labelLike;
  };

  const counts = (id) => document.querySelectorAll(`[data-like-count][data-like-id="${CSS.escape(id)}"]`);

  const report = (form, text) => {
    let status = form.querySelector("[role=status]");
    if (!status) {
      status = document.createElement("span");
      status.setAttribute("role", "status");
      form.append(status);
    }
    status.textContent = text;
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-like]");
    if (!form) return;
    event.preventDefault();
    if (form.dataset.busy) return; // a double click is one click
    const body = new FormData(form, event.submitter ?? form.querySelector("button[name=action]"));
    const before = body.get("action") === "unlike";
    form.dataset.busy = "true";
    report(form, "");
    show(form, !before); // at once; the number waits for the server's truth
    try {
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
      show(form, state.liked);
      for (const count of counts(body.get("id"))) count.textContent = state.total_likes;
    } catch (error) {
      show(form, before);
      report(form, error instanceof Refusal ? error.message : form.dataset.labelFailed);
    } finally {
      delete form.dataset.busy;
    }
  });

  // Whoever comes back gets the page, or its answer, from the browser's memory: from before a click.
  window.addEventListener("pageshow", (event) => {
    const [visit] = performance.getEntriesByType("navigation");
    const kept = event.persisted || (visit?.type === "back_forward" && !visit.transferSize);
    if (kept && document.querySelector("form[data-like]")) location.reload();
  });
})();
