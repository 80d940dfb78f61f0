// An OpenID Connect issuer on loopback that knows one person: discovery, code with PKCE, signed token.
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** `person` is what it says of whoever comes: `{ sub, email, email_verified }`. */
export async function startIssuer(person) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const asked = new Map();
  let url;
  const token = (nonce) => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: url, aud: "shop", nonce, iat: now, exp: now + 300, ...person };
    const signed = `${encode({ alg: "ES256", kid: "k" })}.${encode(claims)}`;
    const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
    return `${signed}.${signature.toString("base64url")}`;
  };
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, url);
    const say = (value) => response.setHeader("content-type", "application/json").end(JSON.stringify(value));
    switch (pathname) {
      case "/.well-known/openid-configuration":
        return say({ issuer: url, authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token`, jwks_uri: `${url}/keys` });
      case "/keys":
        return say({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k", alg: "ES256" }] });
      case "/authorize": {
        const code = `code-${asked.size}`;
        asked.set(code, { nonce: searchParams.get("nonce"), challenge: searchParams.get("code_challenge") });
        const back = new URL(searchParams.get("redirect_uri"));
        back.search = new URLSearchParams({ code, state: searchParams.get("state") });
        return response.writeHead(302, { location: back.href }).end();
      }
      case "/token": {
        let body = "";
        for await (const chunk of request) body += chunk;
        const form = new URLSearchParams(body);
        const { nonce, challenge } = asked.get(form.get("code"));
        if (createHash("sha256").update(form.get("code_verifier")).digest("base64url") !== challenge) {
          return response.writeHead(400).end();
        }
        return say({ access_token: "a", id_token: token(nonce) });
      }
      default:
        return response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  url = `http://127.0.0.1:${server.address().port}`;
  return { url, is: (claims) => { person = claims; }, stop: () => { server.closeAllConnections(); server.close(); } };
}
