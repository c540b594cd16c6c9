-- Asks Latchkey whether a call may pass: `http-request lua.latchkey` in haproxy.cfg.
local url, system, verifier_key = ...

-- A header of the call as one value, or none.
local function header(headers, name)
    local values = {}
    local line = 0
    while headers[name] and headers[name][line] do
        table.insert(values, headers[name][line])
        line = line + 1
    end
    if #values > 0 then
        return { table.concat(values, ", ") }
    end
end

core.register_action("latchkey", { "http-req" }, function(txn)
    local headers = txn.http:req_get_headers()
    local answer = core.httpclient():get{
        url = url .. "/auth/" .. system,
        timeout = 5000,
        headers = {
            ["authorization"] = header(headers, "authorization"),
            ["x-project"] = header(headers, "x-project"),
            ["x-latchkey-verifier"] = { verifier_key },
            ["x-original-method"] = { txn.sf:method() },
            ["x-original-uri"] = { txn.sf:pathq() },
            ["x-forwarded-for"] = { txn.sf:src() },
        },
    }

    if answer and answer.status == 200 then
        for name, values in pairs(answer.headers) do
            if name:find("^x%-latchkey%-") then
                txn.http:req_set_header(name, values[0])
            end
        end
        return
    end

    local status = answer and answer.status
    if status ~= 401 and status ~= 403 and status ~= 429 then
        status = 503 -- Latchkey cannot be reached, or cannot decide.
    end
    local reply = txn:reply{ status = status, body = answer and answer.body or "" }
    for _, name in ipairs({ "www-authenticate", "retry-after", "content-type", "cache-control" }) do
        if answer and answer.headers and answer.headers[name] then
            reply:add_header(name, answer.headers[name][0])
        end
    end
    txn:done(reply)
end)
