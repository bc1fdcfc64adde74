/** The result of a check, in words, colour and sign. */
import { h, icon } from "../core/dom.js";

const STATES = {
  ok: ["good", "check", "Works"],
  ok_unproven: ["good", "check", "Reachable; the key is first tried with a picture"],
  no_free_check: ["neutral", "info", "Can only be checked by using it"],
  bad_credentials: ["bad", "alert", "The key is refused"],
  no_credit: ["bad", "alert", "No credit left"],
  unreachable: ["bad", "alert", "Cannot be reached"],
  misconfigured: ["bad", "alert", "Something is not set up"],
};

/** @param {Object|undefined} health The host's answer; `undefined` when the check itself failed. */
export function healthLine(health) {
  if (!health) return h("p.health.bad", {}, icon("alert"), "The check could not be done.");
  const [look, drawing, title] = STATES[health.state] ?? ["neutral", "info", health.state];
  const balance = health.balance && `${health.balance.amount} ${health.balance.unit} left`;
  const more = [health.version && `Version ${health.version}`, balance].filter(Boolean).join(" · ");
  return h(
    "div.health",
    { class: look },
    icon(drawing),
    h("div", {}, h("strong", {}, title), health.text && h("p", {}, health.text), more && h("p.faint", {}, more)),
  );
}

/** What stands there while a check runs. */
export const waitingLine = () => h("p.health.neutral", {}, h("span.spinner", { "aria-hidden": "true" }), "Checking …");
