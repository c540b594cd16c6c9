// An OAuth flow with openid-client and jose: discovery, an access token, its verification with the published
// keys, introspection, and revocation. Prints its results to standard output as JSON.
import { readFileSync } from "node:fs";
import { createRemoteJWKSet, importPKCS8, jwtVerify } from "jose";
import * as client from "openid-client";

const day = JSON.parse(readFileSync(0));
const discover = (id, authentication) =>
  client.discovery(new URL(day.issuer), id, undefined, authentication, {
    algorithm: "oauth2",
    execute: [client.allowInsecureRequests], // the server under test speaks plain HTTP
  });
const authentication = {
  client_secret_basic: () => client.ClientSecretBasic(day.secret),
  client_secret_post: () => client.ClientSecretPost(day.secret),
  private_key_jwt: async () => client.PrivateKeyJwt(await importPKCS8(day.key, day.alg)),
}[day.method];

const config = await discover(day.client_id, await authentication());
const { issuer, jwks_uri } = config.serverMetadata();
const granted = await client.clientCredentialsGrant(config, { scope: day.scope, resource: day.audience });
const keys = createRemoteJWKSet(new URL(jwks_uri));
const { payload } = await jwtVerify(granted.access_token, keys, { issuer, audience: day.audience, typ: "at+jwt" });
const system = await discover(day.system, client.ClientSecretBasic(day.verifier_key));
const before = await client.tokenIntrospection(system, granted.access_token);
await client.tokenRevocation(config, granted.access_token);
const after = await client.tokenIntrospection(system, granted.access_token);
let refused;
try {
  await client.clientCredentialsGrant(config, { scope: "nothing:*", resource: day.audience });
} catch (error) {
  refused = error.error;
}
console.log(JSON.stringify({ granted, payload, before, after, refused }));
