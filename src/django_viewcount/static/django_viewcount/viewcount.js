/* Tells the site of views once the page is really shown: not while it is prerendered or in a tab in
   the background, and for data-after after so many visible seconds. */
"use strict";

(() => {
  if (window.djangoViewcount) return; // each beacon on a page brings this script
  window.djangoViewcount = true;

  const isShown = () => !document.prerendering && document.visibilityState === "visible";

  // crypto.randomUUID is there on https only.
  const makeToken = () =>
    [...crypto.getRandomValues(new Uint8Array(16))]
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join("");

  const send = (url, body) => {
    if (navigator.sendBeacon?.(url, body)) return;
    fetch(url, { method: "POST", body, keepalive: true }).catch(() => {});
  };

  const count = (beacons) => {
    const views = beacons.map((beacon) => ({ target: beacon.dataset.viewBeacon, token: makeToken() }));
    const { url, batchUrl } = beacons[0].dataset;
    if (views.length === 1) send(url, new URLSearchParams(views[0]));
    for (let i = 0; views.length > 1 && i < views.length; i += 100) {
      const part = JSON.stringify({ views: views.slice(i, i + 100) });
      send(batchUrl, new Blob([part], { type: "application/json" }));
    }
  };

  const afterVisible = (seconds, then) => {
    let left = seconds * 1000;
    let timer = null;
    let since = 0;
    const events = ["visibilitychange", "prerenderingchange"];
    const look = () => {
      if (isShown() && timer === null) {
        since = performance.now();
        timer = setTimeout(() => {
          for (const event of events) document.removeEventListener(event, look);
          then();
        }, left);
      } else if (!isShown() && timer !== null) {
        clearTimeout(timer);
        timer = null;
        left = Math.max(left - (performance.now() - since), 0);
      }
    };
    for (const event of events) document.addEventListener(event, look);
    look();
  };

  const watch = (after, beacons) =>
    afterVisible(after, () => {
      count(beacons);
      // Back to a page that the browser has kept: it is viewed again, and the site does not know.
      const again = (event) => {
        if (!event.persisted) return;
        removeEventListener("pageshow", again);
        watch(after, beacons);
      };
      addEventListener("pageshow", again);
    });

  const start = () => {
    const groups = new Map(); // by the seconds that they wait
    for (const beacon of document.querySelectorAll("[data-view-beacon]")) {
      const after = Number(beacon.dataset.after) || 0;
      groups.set(after, [...(groups.get(after) ?? []), beacon]);
    }
    for (const [after, beacons] of groups) watch(after, beacons);
  };

  start();
})();
