#!/bin/sh
# Asks Latchkey by hand whether a call may pass: CREDENTIAL=… sh curl.sh GET /the/path
# A denial is an answer too: {"allowed": false, "reason": …}.
curl --silent --show-error '{{latchkey_url}}/api/v1/verify' \
    --header 'Authorization: Bearer {{verifier_key}}' \
    --json "{\"credential\": \"$CREDENTIAL\", \"system\": \"{{system}}\", \"method\": \"$1\", \"path\": \"$2\"}"
