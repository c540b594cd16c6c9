import json, secrets, sys, time
from joserfc import jwe
from joserfc.jwk import RSAKey

file, method, path = sys.argv[1:]      # the downloaded token file, and the one call it is for
token = json.load(open(file))
header = {"alg": token["alg"], "enc": token["enc"], "kid": token["kid"], "typ": "seal+jwe"}
claims = {
    "sec": token["secret"],            # proves who sealed it
    "iat": int(time.time()),           # accepted for 60 seconds
    "jti": secrets.token_urlsafe(24),  # accepted once
    "htm": method,
    "htu": path,                       # without the query
}
key = RSAKey.import_key(token["public_key"])
print(jwe.encrypt_compact(header, json.dumps(claims), key, algorithms=[token["alg"], token["enc"]]))
