// The proof of work of a form, begun when the page opens; without it the form waits instead.
const place = document.querySelector("[data-captcha]");
if (place && globalThis.crypto?.subtle && globalThis.$altcha) {
  // Each algorithm has a worker of its own file: the policy of our pages allows no blob.
  $altcha.algorithms.set("PBKDF2/SHA-256", () => new Worker(place.dataset.worker, { type: "module" }));
  const widget = document.createElement("altcha-widget");
  widget.setAttribute("name", "altcha");
  widget.setAttribute("auto", "onload");
  widget.setAttribute("language", place.dataset.language);
  widget.setAttribute("challenge", place.dataset.captcha);
  widget.setAttribute("configuration", JSON.stringify({ hideFooter: true, hideLogo: true, humanInteractionSignature: false }));
  place.append(widget);
}
