// What the bookmarklet does on a page of another site: show its pictures, and take one to ours.
(() => {
  const words = WORDS;
  const old = document.getElementById("bookmarks-chooser");
  if (old) return old.remove();
  const box = document.createElement("div");
  box.id = "bookmarks-chooser";
  box.setAttribute("role", "dialog");
  box.style.cssText = "position:fixed;z-index:2147483647;inset:1rem 1rem auto auto;width:17rem;max-height:90vh;overflow:auto;padding:1rem;background:#fff;color:#111;border:2px solid #0b6b5d;border-radius:10px;font:16px/1.4 sans-serif";
  const close = document.createElement("button");
  close.textContent = words.close;
  close.onclick = () => box.remove();
  box.append(close);
  const seen = new Set();
  for (const image of document.images) {
    const url = image.currentSrc || image.src;
    if (image.naturalWidth < 200 || image.naturalHeight < 200) continue;
    if (!/^https?:/.test(url) || seen.has(url)) continue;
    seen.add(url);
    const link = document.createElement("a");
    const query = new URLSearchParams({ url, title: image.alt || document.title });
    link.href = words.address + "?" + query;
    link.target = "_blank";
    link.rel = "noopener";
    const copy = document.createElement("img");
    copy.src = url;
    copy.alt = image.alt || url;
    copy.style.cssText = "display:block;width:100%;margin-top:.75rem";
    link.append(copy);
    box.append(link);
  }
  if (!seen.size) box.append(document.createElement("br"), words.none);
  document.body.append(box);
  close.focus();
})();
