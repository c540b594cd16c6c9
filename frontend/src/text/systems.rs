//! The pages of core systems: list, APIs, import, verifier keys and gateways.

use latchkey_shared::systems::{ApiScope, Gateway};

use super::{pick, sentences};

sentences! {
    search: "Search by name or key", "按名称或标识搜索";
    apis: "APIs", "API";
    audience: "Audience", "受众（audience）";
    restricted: "Restricted", "受限";
    built_in: "Built in", "内置";
    no_systems: "No core systems yet", "还没有核心系统";
    no_systems_hint:
        "A core system is a service whose API Latchkey protects. Add it, import its OpenAPI document, \
         and put a gateway in front of it.",
        "核心系统是 API 受保护的服务：添加后导入其 OpenAPI 文档，再在其前面配置网关。";
    no_systems_for_you:
        "No core system is open to your projects. Ask a system administrator to open one.",
        "没有向您的项目开放的核心系统，请联系系统管理员开放。";
    add_system: "Add a system", "添加核心系统";
    system_added: "The system is added. Next, import its document.", "核心系统已添加，接下来请导入其文档。";
    key_hint:
        "The first part of its APIs’ keys. It cannot be changed later. Lower-case letters, digits and inner hyphens.",
        "小写字母、数字和连字符；是其 API 标识的前缀，之后不能更改。";
    audience_hint:
        "The absolute URI that JWTs for this system carry. It must be unique. If empty: urn:latchkey:system: and the key.",
        "该系统的 JWT 所面向的绝对 URI，全局唯一。留空则为 urn:latchkey:system: 加标识。";
    base_path: "Base path", "基础路径";
    base_path_hint:
        "Removed from the path of a call before it is matched, for example /api/v3. An imported document sets its own.",
        "匹配前从调用路径中去除，例如 /api/v3。导入的文档会带来自己的基础路径。";
    project_parameter: "Project parameter", "项目参数";
    project_parameter_hint:
        "The path parameter that names the project, without braces: project for {project}.",
        "路径中表示项目的参数名：project 即 {project}。";

    tabs: "System pages", "系统内容";
    tab_import: "Import", "导入文档";
    tab_keys: "Verifier keys", "验证密钥";
    tab_gateway: "Gateway", "网关";
    tab_settings: "Settings", "设置";
    is_disabled: "This system is disabled: every call to it is denied.", "该核心系统已停用：所有调用都会被拒绝。";
    built_in_hint:
        "This is Latchkey itself. Its APIs are granted and checked like those of any other system. Nothing here can be changed.",
        "这是 Latchkey 自身：其 API 与其他系统一样授权和校验，内容不可更改。";

    search_apis: "Search by name, path or key", "按名称、路径或标识搜索";
    tag: "Tag", "标签";
    every_tag: "All tags", "全部标签";
    tags: "Tags", "标签";
    tags_hint: "Separated by commas.", "用逗号分隔。";
    show: "Show", "显示";
    every_api: "All APIs", "全部 API";
    only_attention: "Needs attention", "需要处理";
    only_global: "Global", "全局";
    only_deprecated: "Deprecated", "已弃用";
    no_apis: "No APIs yet", "还没有 API";
    no_apis_hint:
        "Import the system’s OpenAPI document, or add its APIs manually.",
        "请导入该系统的 OpenAPI 文档，或手动添加 API。";
    import_document: "Import a document", "导入文档";
    no_such_apis: "No API matches", "没有符合条件的 API";
    show_all: "Show all", "显示全部";
    operation: "Method and path", "方法与路径";
    scope: "Scope", "范围";
    deprecated: "Deprecated", "已弃用";
    removed: "Removed", "已移除";
    removed_hint:
        "It is no longer in the document, or it came back and its grants are not confirmed yet. No call \
         matches it.",
        "它已不在文档中，或重新出现但授权尚待确认。没有调用会匹配它。";
    unmatchable: "Never matches", "无法匹配";
    add_api: "Add an API", "添加 API";
    api_added: "The API is added.", "API 已添加。";
    operation_id: "Operation id", "操作标识";
    operation_id_hint:
        "The second part of the API’s key. It must be unique within the system, and it cannot be changed later.",
        "在系统内唯一，是 API 标识的后半部分，之后不能更改。";
    method: "Method", "方法";
    path: "Path", "路径";
    path_hint:
        "Without the base path, with parameters in braces: /projects/{project}/devices/{id}",
        "不含基础路径，参数写在花括号中：/projects/{project}/devices/{id}";
    name_again_hint:
        "The next import replaces the name and tags of an imported API. It keeps the scope.",
        "导入文档时，已导入 API 的名称和标签会被文档内容覆盖，范围保持不变。";
    scope_project_hint:
        "A call must name a project that the token is granted.",
        "调用必须指明令牌可访问的项目。";
    scope_global_hint:
        "A call names no project. Only system administrators can grant this API.",
        "调用不属于任何项目，只有系统管理员可以授权。";
    change_api: "Modify the API", "修改 API";
    confirm_grants: "Confirm grants", "确认授权";
    confirming: "Confirming…", "确认中…";
    confirm_grants_hint:
        "It matches calls again, and every token that holds a grant can call it again. Confirm only if \
         the system has this API again and it does the same as before.",
        "它将重新匹配调用，之前获得授权的令牌都能再次调用。请仅在系统中确有此 API 且作用未变时确认。";
    grants_confirmed: "The grants are confirmed.", "授权已重新生效。";
    delete_api_hint:
        "Calls to it are denied at once. It cannot be deleted while tokens are granted it.",
        "对它的调用会立即被拒绝。仍有令牌获得其授权时不能删除。";
    api_deleted: "The API is deleted.", "API 已删除。";

    document: "OpenAPI document", "OpenAPI 文档";
    document_hint:
        "Swagger 2.0 or OpenAPI 3.0 to 3.2, as JSON or YAML, up to 32 MiB. You review the changes first; nothing is written until you apply them.",
        "Swagger 2.0 或 OpenAPI 3.0 至 3.2，JSON 或 YAML，不超过 32 MiB。会先显示变更内容，应用之前不会写入任何数据。";
    choose_file: "Choose a file", "选择文件";
    drop_here: "or drop it here", "或拖放到此处";
    paste: "Or paste the document", "或粘贴内容";
    see_changes: "Review changes", "查看变更";
    choose_another: "Choose another document", "换一个";
    pasted_document: "The pasted document", "粘贴的文档";
    edit_pasted: "Edit the document", "返回编辑";
    no_document: "Choose a file or paste a document.", "请选择文件或粘贴文档。";
    file_too_large: "The file is larger than 32 MiB.", "文件超过 32 MiB。";
    file_unreadable: "The browser could not read the file.", "浏览器无法读取该文件。";
    document_refused: "The document cannot be imported", "无法导入该文档";
    import_failed: "The document could not be sent", "发送失败";
    apply: "Apply", "应用";
    applying: "Applying…", "应用中…";
    changes: "Changes", "变更内容";
    changes_nothing: "The document changes nothing.", "该文档没有带来任何变更。";
    added: "Added", "新增";
    changed: "Changed", "变更";
    removed_apis: "Removed", "移除";
    unchanged: "Unchanged", "不变";
    affected_tokens: "Affected tokens", "受影响的令牌";
    affected_tokens_hint:
        "These tokens lose an API, or regain one when its grants are confirmed.",
        "它们会因此失去某个 API，或在授权确认后重新获得。";
    no_affected_tokens: "No token is affected.", "没有令牌受影响。";
    warnings: "Warnings", "注意事项";
    imported: "The document is imported.", "文档已导入。";
    imported_title: "Imported", "已导入";
    see_apis: "See the APIs", "查看 API";
    import_next: "Import another", "导入其他文档";

    keys_hint:
        "A gateway or service uses a verifier key to ask Latchkey whether a call to this system is allowed. \
         Give each gateway its own key, so that you can withdraw one without the others.",
        "网关或服务使用验证密钥向 Latchkey 查询对该系统的调用是否放行。请为每个网关单独创建，以便分别撤销。";
    add_key: "Create a key", "创建密钥";
    creating: "Creating…", "创建中…";
    no_keys: "No verifier keys yet", "还没有验证密钥";
    no_keys_hint:
        "Without a key, no gateway can ask about this system.",
        "没有密钥，网关就无法查询该系统的调用。";
    key_name_hint: "Who uses the key, for example the host of the gateway.", "由谁使用，例如网关的主机名。";
    gateway: "Gateway", "网关";
    gateway_hint:
        "Latchkey trusts only the headers that this kind of gateway sends.",
        "只信任该类网关发送的请求头。";
    no_gateway: "None: it calls verify or introspect", "无：直接调用 verify 或 introspection";
    key_or_certificate: "Key or certificate", "密钥或证书";
    certificate: "Name of its certificate (optional)", "证书名称（可选）";
    certificate_hint:
        "With a DNS name or a URI of its client certificate, the verifier has no key. It uses the listener for verifiers.",
        "填写客户端证书中的 DNS 名称或 URI 后，验证方不再使用密钥，而是通过验证方专用端口访问。";
    verifier_added: "The verifier may use its certificate now.", "验证方现在可以使用其证书。";
    key_created: "Save the key now", "请立即保存密钥";
    key_created_hint:
        "The key is shown only once. The configuration under Gateway contains it until you leave this page.",
        "密钥仅显示这一次。离开本页之前，“网关”中的配置片段会包含它。";
    verifier_key: "Verifier key", "验证密钥";
    to_gateway: "Show the gateway’s configuration", "查看网关配置";
    delete_key_hint:
        "Requests with this key are refused at once. Every call through that gateway is denied until \
         it has another key.",
        "使用该密钥的查询会立即被拒绝：在换用新密钥之前，该网关后的所有调用都会被拒绝。";
    key_deleted: "The verifier key is deleted.", "验证密钥已删除。";

    gateway_intro:
        "The gateway asks Latchkey before it passes a call on to the system. This configuration is complete: \
         copy it, adapt it, and reload the gateway.",
        "网关在放行调用之前向 Latchkey 查询。以下配置可直接复制，按需调整后重新加载。";
    listen: "The gateway listens on", "网关监听";
    listen_hint: "A port, or an address and a port.", "端口，或地址加端口。";
    upstream: "Address of the system", "系统地址";
    upstream_hint: "Host and port, as seen from the gateway.", "网关访问该系统的主机与端口。";
    with_fresh_key:
        "This text contains the verifier key that you have just created. Treat it as a secret.",
        "已填入刚才创建的验证密钥，请将以下内容视为机密。";
    with_wrong_key:
        "The key that you have just created is for another gateway, so this text does not contain it.",
        "刚才创建的密钥属于其他网关，因此未填入。";
    without_key:
        "Replace YOUR_VERIFIER_KEY with a verifier key for this gateway.",
        "请将 YOUR_VERIFIER_KEY 替换为该网关的验证密钥。";
    by_hand: "Manually (curl)", "手动（curl）";

    access: "Access", "访问范围";
    open_to_all: "Open to all projects", "向所有项目开放";
    open_to_all_hint:
        "Its APIs can be granted to tokens of every project.",
        "所有项目的令牌都可以获得其 API 的授权。";
    open_to_some: "Restricted to selected projects", "仅向指定项目开放";
    open_to_some_hint:
        "Calls in other projects are denied at once, even with tokens that already hold grants.",
        "其他项目中的调用会立即被拒绝，之前已获授权的令牌也不例外。";
    opened_to: "Opened to", "已开放的项目";
    opened_to_none: "No project: nobody can call it.", "未向任何项目开放：无法调用。";
    open_to: "Open to a project", "开放给项目";
    open_to_hint: "The system is opened as soon as you choose the project.", "选择项目后立即开放。";
    disable_title: "Disable the system", "停用核心系统";
    disable_hint:
        "Every call to it is denied at once, with any token, until you enable it again. Nothing is lost.",
        "在重新启用之前，任何令牌对它的调用都会立即被拒绝，数据不会丢失。";
    enable_title: "Enable the system", "启用核心系统";
    enable_hint: "Calls to it are allowed again, where a token grants them.", "将按令牌的授权重新判定对它的调用。";
    disabling: "Disabling…", "停用中…";
    enabling: "Enabling…", "启用中…";
    now_disabled: "The system is disabled.", "核心系统已停用。";
    now_enabled: "The system is enabled.", "核心系统已启用。";
    delete_title: "Delete the system", "删除核心系统";
    delete_hint:
        "Its APIs and verifier keys are deleted too, and every call to it is denied. While tokens use it, \
         it can only be disabled.",
        "其 API 和验证密钥会一并删除，对它的调用都会被拒绝。仍有令牌使用它时只能停用。";
    system_deleted: "The system is deleted.", "核心系统已删除。";
    audience_change_hint:
        "JWTs that were issued for the previous audience are refused from then on.",
        "更改后，之前签发给原受众的 JWT 将被拒绝。";
}

/// The number of systems. `more` says that there are others.
pub(crate) fn count(count: usize, more: bool) -> String {
    match (count, more) {
        (1, false) => pick("1 system".to_owned(), "1 个核心系统".to_owned()),
        (count, false) => pick(format!("{count} systems"), format!("{count} 个核心系统")),
        (count, true) => pick(format!("The first {count} systems"), format!("前 {count} 个核心系统")),
    }
}

/// The number of APIs that match the filters, and the number of all APIs.
pub(crate) fn api_count(shown: usize, all: usize) -> String {
    if shown == all {
        return apis_in_words(all);
    }
    pick(format!("{shown} of {all} APIs"), format!("{all} 个 API 中的 {shown} 个"))
}

/// A number of APIs.
pub(crate) fn apis_in_words(count: usize) -> String {
    match count {
        1 => pick("1 API".to_owned(), "1 个 API".to_owned()),
        _ => pick(format!("{count} APIs"), format!("{count} 个 API")),
    }
}

/// The number of verifier keys.
pub(crate) fn key_count(count: usize, _more: bool) -> String {
    pick(
        if count == 1 { "1 verifier key".to_owned() } else { format!("{count} verifier keys") },
        format!("{count} 个验证密钥"),
    )
}

/// The hint that some APIs need attention.
pub(crate) fn attention(count: usize) -> String {
    pick(
        if count == 1 {
            "1 API was removed while tokens hold grants, or can never match a call.".to_owned()
        } else {
            format!("{count} APIs were removed while tokens hold grants, or can never match a call.")
        },
        format!("{count} 个 API 已移除但仍有授权，或永远无法匹配。"),
    )
}

/// The label of a scope.
pub(crate) fn api_scope(scope: ApiScope) -> &'static str {
    match scope {
        ApiScope::Project => pick("Project", "项目"),
        ApiScope::Global => pick("Global", "全局"),
    }
}

/// The name of a gateway.
pub(crate) fn gateway_name(gateway: Gateway) -> &'static str {
    match gateway {
        Gateway::Nginx => "nginx",
        Gateway::Caddy => "Caddy",
        Gateway::Traefik => "Traefik",
        Gateway::Haproxy => "HAProxy",
        Gateway::Envoy => "Envoy",
    }
}

/// The question before an API is deleted.
pub(crate) fn delete_api(operation: &str) -> String {
    pick(format!("Delete {operation}?"), format!("删除 {operation}？"))
}

/// The question before a verifier key is deleted.
pub(crate) fn delete_key(name: &str) -> String {
    pick(format!("Delete the verifier key “{name}”?"), format!("删除验证密钥“{name}”？"))
}

/// The label of the menu in a row.
pub(crate) fn actions_of(what: &str) -> String {
    pick(format!("Actions: {what}"), format!("操作：{what}"))
}

/// The label of the button that deletes a row.
pub(crate) fn delete_named(what: &str) -> String {
    pick(format!("Delete {what}"), format!("删除 {what}"))
}

/// The label of the button that closes the system to a project.
pub(crate) fn close_to(project: &str) -> String {
    pick(format!("Close to {project}"), format!("对 {project} 关闭"))
}

/// The system was opened to a project.
pub(crate) fn opened(project: &str) -> String {
    pick(format!("Opened to {project}."), format!("已向 {project} 开放。"))
}

/// The system was closed to a project.
pub(crate) fn closed(project: &str) -> String {
    pick(format!("Closed to {project}."), format!("已对 {project} 关闭。"))
}

/// The document is being sent and compared.
pub(crate) fn comparing(size: &str) -> String {
    pick(format!("Sending {size} and comparing…"), format!("正在发送 {size} 并比较…"))
}

/// The import changes the base path.
pub(crate) fn base_path_changes(before: &str, after: &str) -> String {
    let shown = |path: &str| if path.is_empty() { super::none().to_owned() } else { path.to_owned() };
    let (before, after) = (shown(before), shown(after));
    pick(format!("Base path: {before} → {after}"), format!("基础路径：{before} → {after}"))
}

/// An error in the document.
pub(crate) fn document_fault(code: &str, message: &str) -> String {
    let translated = match code {
        "unreadable" => pick("", "文档内容无法解析："),
        "unsupported_version" => pick("", "不支持的 OpenAPI 版本："),
        "unresolved_reference" => pick("", "文档中有无法解析的引用："),
        _ => "",
    };
    format!("{translated}{message}")
}

/// The line of the document that has the error.
pub(crate) fn line(number: usize) -> String {
    pick(format!("Line {number}"), format!("第 {number} 行"))
}
