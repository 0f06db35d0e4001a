// Passkeys: asks the device, puts its answer into the form and sends it. Without it, other ways.
(() => {
  "use strict";
  // No browser binds a key to an address of digits.
  const isNamed = !/^[\d.]+$|:/.test(location.hostname);
  const canUse = isSecureContext && isNamed && Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON);

  const answerOf = async (button) => {
    const form = button.form;
    const token = form.elements.namedItem("csrf_token").value;
    const reply = await fetch(button.dataset.passkey, { method: "POST", headers: { "X-CSRFToken": token } });
    if (!reply.ok) throw new Error(`options: ${reply.status}`);
    const options = await reply.json();
    const credential = button.dataset.passkeyNew === undefined
      ? await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })
      : await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
    return JSON.stringify(credential.toJSON());
  };

  const use = async (button) => {
    const problem = button.form.querySelector("[data-passkey-problem]");
    problem.hidden = true;
    button.setAttribute("aria-disabled", "true");
    try {
      button.form.elements.namedItem(button.dataset.passkeyInto).value = await answerOf(button);
      button.form.requestSubmit();
    } catch {
      problem.hidden = false;
      button.removeAttribute("aria-disabled");
    }
  };

  if (!canUse) return;
  document.querySelectorAll("[data-passkey-section]").forEach((part) => { part.hidden = false; });
  document.querySelectorAll("[data-passkey-none]").forEach((note) => { note.hidden = true; });
  document.querySelectorAll("[data-passkey]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => use(button));
  });
})();
