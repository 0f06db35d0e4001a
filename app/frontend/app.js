// Enhancements only: every page works without this file.
(() => {
  "use strict";
  const text = document.documentElement.dataset;
  const live = () => document.getElementById("vt-live");
  const say = (message) => { if (live()) live().textContent = message; };

  // Buttons that make no sense without a script are hidden in the page.
  const enhance = (root) => {
    const scripted = "[data-copy], [data-check-all], .govuk-js-password-input-toggle";
    root.querySelectorAll(scripted).forEach((control) => { control.hidden = false; });
    root.querySelectorAll("[data-module=govuk-character-count]").forEach((group) => count(group));
    choose();
  };

  // Groups that only one answer asks for; without a script they are all there.
  const choose = () => document.querySelectorAll("[data-when]").forEach((group) => {
    const name = CSS.escape(group.dataset.when);
    const chosen = document.querySelector(`[name="${name}"]:checked, select[name="${name}"]`);
    group.hidden = chosen?.value !== group.dataset.is;
  });

  const count = (group) => {
    const area = group.querySelector("textarea");
    const message = group.querySelector(".govuk-character-count__message");
    const left = Number(group.dataset.maxlength) - area.value.length;
    if (!message || Number.isNaN(left)) return;
    const sentence = left >= 0 ? text.charsLeft : text.charsOver;
    message.textContent = sentence.replace("{n}", Math.abs(left));
    message.classList.toggle("govuk-error-message", left < 0);
  };

  const copy = async (button) => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      say(text.copied);
      button.title = text.copied;
    } catch {
      getSelection().selectAllChildren(button.previousElementSibling);
    }
  };

  const togglePassword = (button) => {
    const input = document.getElementById(button.getAttribute("aria-controls"));
    const module = button.closest(".govuk-password-input");
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.textContent = module.getAttribute(shown ? "data-i18n.show-password" : "data-i18n.hide-password");
    button.setAttribute("aria-label", module.getAttribute(`data-i18n.${shown ? "show" : "hide"}-password-aria-label`));
  };

  document.addEventListener("click", (event) => {
    const target = event.target.closest("button, a, input");
    if (!target) return;
    if (target.dataset.copy !== undefined) copy(target);
    if (target.matches(".govuk-js-password-input-toggle")) togglePassword(target);
    if (target.dataset.close !== undefined) target.closest("dialog").close();
    if (target.dataset.confirm) {
      event.preventDefault();
      const dialog = document.getElementById(target.dataset.confirm);
      dialog.showModal();
      // Enter pressed once too often must not bind anybody.
      dialog.querySelector("[data-close]").focus();
    }
    if (target.dataset.checkAll) {
      const boxes = target.form.querySelectorAll(`input[name="${CSS.escape(target.dataset.checkAll)}"]`);
      boxes.forEach((box) => { box.checked = target.checked; });
    }
    const place = target.matches(".govuk-error-summary a") && document.querySelector(target.hash);
    if (place) {
      event.preventDefault();
      place.focus();
      (place.closest(".govuk-form-group") ?? place).scrollIntoView({ block: "start" });
    }
  });

  // A second click on a binding act must not send it twice.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.repeat !== undefined || form.method === "dialog" || form.method === "get") return;
    if (form.dataset.busy) {
      event.preventDefault();
      return;
    }
    form.dataset.busy = "1";
    // After the event, or the pressed button's own name and value would be left out.
    setTimeout(() => form.querySelectorAll("button[type=submit]").forEach((button) => {
      button.setAttribute("aria-disabled", "true");
    }));
    say(text.sending);
  });

  // Back from the browser's page cache: the form may be sent again.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.querySelectorAll("form[data-busy]").forEach((form) => {
      delete form.dataset.busy;
      form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
    });
  });

  document.addEventListener("change", choose);

  document.addEventListener("input", (event) => {
    const group = event.target.closest?.("[data-module=govuk-character-count]");
    if (group) count(group);
    if (event.target.matches?.("[data-digits]")) event.target.value = event.target.value.replace(/\D/g, "");
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const swapped = event.detail.elt;
    enhance(swapped.parentElement ?? document);
    const error = swapped.querySelector?.(".govuk-error-message");
    if (error) say(error.textContent.replace(/\s+/g, " ").trim());
  });

  enhance(document);
  document.querySelector(".govuk-error-summary")?.focus();
})();
