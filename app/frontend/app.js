// Enhancements only: every page works without this file.
(() => {
  "use strict";
  const text = document.documentElement.dataset;
  const live = () => document.getElementById("vt-live");
  const say = (message) => { if (live()) live().textContent = message; };

  // Buttons that make no sense without a script are hidden in the page.
  const enhance = (root) => {
    const scripted = "[data-copy], [data-print], [data-check-all], .govuk-js-password-input-toggle";
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

  // A placeholder goes where the cursor is; the box keeps it, so several may follow.
  const insert = (chip) => {
    const box = document.getElementById(chip.dataset.into);
    box.setRangeText(chip.dataset.insert, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
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
    if (target.dataset.print !== undefined) print();
    if (target.matches(".govuk-js-password-input-toggle")) togglePassword(target);
    if (target.dataset.insert) insert(target);
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

  // What is typed into form[data-keep] outlives a session that has ended: it is written down
  // when the form is sent, under the form's address, and comes back into its boxes when
  // the form is seen again after the sign-in page. Any other answer (done, or refused, which
  // shows the text itself) ends it, as does the tab: sessionStorage is of one tab.
  const KEPT = "vanthu:";
  const keptNames = () => Object.keys(sessionStorage).filter((name) => name.startsWith(KEPT));
  const nameOf = (form) => KEPT + new URL(form.action).pathname;

  const keep = (form, more = {}) => {
    const boxes = [...form.querySelectorAll("textarea, input[type=text]")].filter((box) => box.value);
    const values = Object.fromEntries(boxes.map((box) => [box.name, box.value]));
    if (boxes.length) sessionStorage.setItem(nameOf(form), JSON.stringify({ values, ...more }));
  };

  const bringBack = () => {
    // The sign-in pages and the error page: what was sent has not arrived.
    const isGate = Boolean(document.querySelector(".vt-gate, [data-gate]"));
    const forms = [...document.querySelectorAll("form[data-keep]")];
    keptNames().forEach((name) => {
      const entry = JSON.parse(sessionStorage.getItem(name));
      if (isGate) {
        sessionStorage.setItem(name, JSON.stringify({ ...entry, waits: true }));
        return;
      }
      const form = forms.find((found) => nameOf(found) === name);
      if (form && entry.waits) {
        Object.entries(entry.values).forEach(([box, value]) => {
          const control = form.elements.namedItem(box);
          // Newer than what an older draft put there: it never arrived.
          if (control && typeof control.value === "string") control.value = value;
        });
        form.closest("details")?.setAttribute("open", "");
      }
      if (form || !entry.waits) sessionStorage.removeItem(name);
    });
  };

  document.addEventListener("submit", (event) => {
    if (event.target.dataset.keep !== undefined) keep(event.target);
    // A button beside the form leads to the same page: what is half typed there waits for it.
    if (event.target.dataset.besides !== undefined) {
      document.querySelectorAll("form[data-keep]").forEach((form) => keep(form, { waits: true }));
    }
    // Whoever leaves on purpose leaves nothing for the next person.
    if (event.target.action.endsWith("/sign-out")) keptNames().forEach((name) => sessionStorage.removeItem(name));
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

  // A swap that moves the page between press and release would take the tap from what is under
  // it: swaps wait until the click has come, which on a touch screen is a moment after the release.
  const AFTER_RELEASE = 100;
  const held = [];
  let isPressed = false;
  let releasing;
  const release = () => {
    releasing ??= setTimeout(() => {
      releasing = undefined;
      isPressed = false;
      held.splice(0).forEach((swap) => swap());
    }, AFTER_RELEASE);
  };
  document.addEventListener("pointerdown", () => {
    clearTimeout(releasing);
    releasing = undefined;
    isPressed = true;
  }, true);
  ["pointerup", "pointercancel", "keydown"].forEach((name) => document.addEventListener(name, release, true));
  // Released outside the window or over an open list: nobody told us.
  document.addEventListener("pointermove", (event) => { if (isPressed && !event.buttons) release(); }, true);

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, serverResponse, shouldSwap, requestConfig } = event.detail;
    if (!isPressed || !shouldSwap) return;
    event.detail.shouldSwap = false;
    const spec = { swapStyle: requestConfig.elt.getAttribute("hx-swap"), swapDelay: 0, settleDelay: 0 };
    held.push(() => { if (target.isConnected) htmx.swap(target, serverResponse, spec); });
  });

  // The session has ended: the server's sentence, with its link, where it is seen while typing.
  document.addEventListener("htmx:responseError", (event) => {
    const { status, responseText } = event.detail.xhr;
    const line = document.querySelector(".vt-formbar [role=status]");
    if (status !== 401 || !line) return;
    line.innerHTML = responseText;
    line.parentElement.classList.add("vt-formbar--alert");
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const swapped = event.detail.elt;
    swapped.closest(".vt-formbar")?.classList.remove("vt-formbar--alert");
    enhance(swapped.parentElement ?? document);
    const error = swapped.querySelector?.(".govuk-error-message");
    if (error) say(error.textContent.replace(/\s+/g, " ").trim());
  });

  bringBack();
  enhance(document);
  document.querySelector(".govuk-error-summary")?.focus();
})();
