// A certified OpenID provider (oidc-provider) for the tests: node certified.mjs PORT PEM REDIRECT_URI PEOPLE.json
// PEM holds key and certificate; PEOPLE maps a login to its claims, and is read anew for each question.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { Provider } from "oidc-provider";

const [port, pem, redirectUri, people] = process.argv.slice(2);

const provider = new Provider(`https://localhost:${port}`, {
  clients: [{
    client_id: "haulout",
    client_secret: "a secret of the client",
    redirect_uris: [redirectUri],
  }],
  scopes: ["openid", "email", "profile", "groups"],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
  cookies: { keys: ["a key of the test"] },
  features: { devInteractions: { enabled: true } },
  findAccount(_context, id) {
    const claims = JSON.parse(readFileSync(people))[id];
    return claims && { accountId: id, claims: () => ({ sub: id, ...claims }) };
  },
});
const both = readFileSync(pem);
createServer({ key: both, cert: both }, provider.callback()).listen(Number(port), "localhost", () => {
  console.log("READY");
});
