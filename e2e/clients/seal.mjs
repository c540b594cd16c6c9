import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { CompactEncrypt, importJWK } from "jose";

const [file, method, path] = process.argv.slice(2); // the downloaded token file, and the one call it is for
const token = JSON.parse(readFileSync(file));
const claims = {
  sec: token.secret,                          // proves who sealed it
  iat: Math.floor(Date.now() / 1000),         // accepted for 60 seconds
  jti: randomBytes(24).toString("base64url"), // accepted once
  htm: method,
  htu: path,                                  // without the query
};
const sealed = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(claims)))
  .setProtectedHeader({ alg: token.alg, enc: token.enc, kid: token.kid, typ: "seal+jwe" })
  .encrypt(await importJWK(token.public_key, token.alg));
console.log(sealed);
