-- Asks Latchkey whether a call may pass, for haproxy.cfg:
-- http-request lua.latchkey <its address> <the system> <the verifier key>

-- All lines of a header as one value (RFC 9110 §5.3).
local function joined(headers, name)
    local lines = {}
    local at = 0
    while headers[name] and headers[name][at] do
        table.insert(lines, headers[name][at])
        at = at + 1
    end
    if at > 0 then
        return table.concat(lines, ", ")
    end
end

local function ask(txn, url, system, verifier_key)
    local sent = txn.http:req_get_headers()
    -- HAProxy's own word about the address comes last, which is the one that is believed.
    local from = { joined(sent, "x-forwarded-for"), txn.sf:src() }
    local headers = {
        ["x-latchkey-verifier"] = { verifier_key },
        ["x-original-method"] = { txn.sf:method() },
        ["x-original-uri"] = { txn.sf:pathq() },
        ["x-forwarded-for"] = { from[1] and table.concat(from, ", ") or from[2] },
    }
    for _, name in ipairs({ "authorization", "x-project", "traceparent", "tracestate" }) do
        headers[name] = { joined(sent, name) }
    end
    return core.httpclient():get{ url = url .. "/auth/" .. system, headers = headers, timeout = 5000 }
end

core.register_action("latchkey", { "http-req" }, function(txn, url, system, verifier_key)
    local answer = ask(txn, url, system, verifier_key)
    if answer and answer.status == 200 then
        for name, values in pairs(answer.headers) do
            if name:find("^x%-latchkey%-") then
                txn.http:req_set_header(name, values[0])
            end
        end
        txn:set_var("txn.latchkey", "allowed")
        return
    end

    local status = answer and answer.status
    if status ~= 401 and status ~= 403 and status ~= 429 then
        status = 503 -- It cannot be reached, or cannot decide.
    end
    local reply = txn:reply{ status = status, body = answer and answer.body or "" }
    for _, name in ipairs({ "www-authenticate", "retry-after", "ratelimit", "ratelimit-policy", "content-type", "cache-control" }) do
        local values = answer and answer.headers and answer.headers[name]
        if values then
            reply:add_header(name, values[0])
        end
    end
    txn:done(reply)
end, 3)
