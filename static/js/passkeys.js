// Passkeys: a form[data-passkey] asks the browser for one, puts its answer into [name=credential] and is sent.
// "create" makes one, "get" uses one; options stand in the page (#passkey-options) or at data-passkey-ask.

async function options(form) {
  const kept = document.getElementById("passkey-options");
  if (!form.dataset.passkeyAsk) return JSON.parse(kept.textContent);
  const answer = await fetch(form.dataset.passkeyAsk, { headers: { Accept: "application/json" } });
  if (answer.status === 429) throw new DOMException("", "LimitError");
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function ask(form) {
  const given = await options(form);
  const asked = (given.creation_options ?? given.request_options).publicKey;
  if (form.dataset.passkey === "get") {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked);
    return navigator.credentials.get({ publicKey });
  }
  // kept on the device where it can be, so that it can sign in without an address too
  const choice = {
    ...asked.authenticatorSelection,
    residentKey: "preferred",
    requireResidentKey: false,
  };
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON({
    ...asked,
    authenticatorSelection: choice,
  });
  return navigator.credentials.create({ publicKey });
}

function say(form, name) {
  const place = form.querySelector("[data-passkey-trouble]");
  const text = place.querySelector("[data-passkey-said]");
  text.textContent = place.dataset[name] ?? place.dataset.failed;
  place.hidden = false;
}

const NAMES = {
  NotAllowedError: "cancelled",
  AbortError: "cancelled",
  InvalidStateError: "known",
  SecurityError: "refused",
  LimitError: "limit",
};

async function send(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const button = form.querySelector("button:not([type=button])");
  form.querySelector("[data-passkey-trouble]").hidden = true;
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
    say(form, "unsupported");
    return;
  }
  button.disabled = true;
  try {
    const credential = await ask(form);
    form.querySelector("[name=credential]").value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch (error) {
    say(form, NAMES[error.name] ?? "failed");
    button.disabled = false;
    button.focus();
  }
}

for (const form of document.querySelectorAll("form[data-passkey]"))
  form.addEventListener("submit", send);
