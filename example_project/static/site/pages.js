/* What the pages do by themselves; each of them works without it. */
"use strict";

(() => {
  // Endless scroll: the next page joins this one before its link comes into view.
  const grid = document.querySelector("[data-endless]");
  const next = () => document.querySelector(".pages [rel=next]");

  const loadNext = async (link, watcher) => {
    watcher.unobserve(link);
    const response = await fetch(link.href, { credentials: "same-origin" });
    if (!response.ok) return; // the link still leads there, and tells what is wrong
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const shown = new Set([...grid.querySelectorAll(".card h2 a")].map((card) => card.href));
    for (const card of page.querySelectorAll("[data-endless] > *")) {
      // What was added meanwhile has pushed some over to the next page.
      if (!shown.has(card.querySelector("h2 a").href)) grid.append(document.adoptNode(card));
    }
    document.querySelector(".pages").replaceWith(document.adoptNode(page.querySelector(".pages")));
    announce(grid.dataset.label);
    if (next()) watcher.observe(next());
  };

  const announce = (text) => {
    let status = document.querySelector("[data-announcement]");
    if (!status) {
      status = document.createElement("p");
      status.className = "visually-hidden";
      status.setAttribute("role", "status");
      status.dataset.announcement = "";
      grid.after(status);
    }
    status.textContent = text;
  };

  if (grid && next()) {
    const watcher = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) {
          if (entry.isIntersecting) loadNext(entry.target, watcher).catch(() => {});
        }
      },
      { rootMargin: "600px" },
    );
    watcher.observe(next());
  }

  // The home page: what is shown counts as read, and what comes meanwhile is announced.
  const unread = document.querySelector("form[data-news]");
  const EVERY = 30_000;

  const markRead = () =>
    fetch(unread.getAttribute("action") ?? location.href, {
      method: "POST",
      body: new FormData(unread),
      credentials: "same-origin",
      keepalive: true,
      redirect: "manual", // it leads to this page, which is here
    }).catch(() => {});

  const askForNews = async () => {
    if (document.visibilityState !== "visible") return;
    const query = new URLSearchParams({ since: unread.dataset.since });
    const response = await fetch(`${unread.dataset.news}?${query}`, {
      headers: { Accept: "application/json" },
      credentials: "same-origin",
    });
    if (!response.ok) return;
    const { new: number } = await response.json();
    const link = unread.querySelector("a");
    link.hidden = !number;
    if (number) link.textContent = link.dataset.label.replace("%s", number);
  };

  if (unread) {
    markRead();
    setInterval(() => askForNews().catch(() => {}), EVERY);
    document.addEventListener("visibilitychange", () => askForNews().catch(() => {}));
  }

  // Any other form is sent once: a second click would add the same picture again.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return; // a script sends it, and takes care
    if (event.target.dataset.busy) event.preventDefault();
    event.target.dataset.busy = "true";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-busy]")) delete form.dataset.busy;
  });

  // A bookmarklet is for other sites; here the site's policy would stop it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-bookmarklet]");
    if (!link) return;
    event.preventDefault();
    link.title = link.dataset.label;
  });
})();
