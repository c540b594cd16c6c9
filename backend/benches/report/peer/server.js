// An OpenID provider to compare with: `oidc-provider` with its own store in memory. It prints its port, and
// ends with the program that started it.

import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

const issuer = "http://latchkey.example";
const key = (type, options, alg) => {
  const jwk = generateKeyPairSync(type, options).privateKey.export({ format: "jwk" });
  return { ...jwk, alg, use: "sig", kid: alg };
};

const provider = new Provider(issuer, {
  jwks: {
    keys: [
      key("rsa", { modulusLength: 2048 }, "RS256"),
      key("ec", { namedCurve: "P-256" }, "ES256"),
      key("ed25519", {}, "EdDSA"),
    ],
  },
  clients: [
    {
      client_id: "bench",
      client_secret: "a-secret-of-the-bench",
      grant_types: ["client_credentials"],
      response_types: [],
      redirect_uris: [],
    },
  ],
  enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256", "EdDSA"] },
  ttl: { ClientCredentials: 600 },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    // Without a resource, an access token is a reference, which can be introspected. With one, it is a JWT.
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      getResourceServerInfo: (_, resource) => ({
        scope: "",
        accessTokenFormat: "jwt",
        accessTokenTTL: 600,
        jwt: { sign: { alg: resource.split(":").at(-1) } },
      }),
    },
  },
});

const server = provider.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
