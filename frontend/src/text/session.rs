//! The login page, the password page, and logging out.

use super::sentences;

sentences! {
    log_in: "Log in", "登录";
    logging_in: "Logging in…", "登录中…";
    log_out: "Log out", "退出登录";
    username: "User name", "用户名";
    password: "Password", "密码";
    show_password: "Show password", "显示密码";
    log_in_to_go_on: "Log in to continue where you left off.", "请登录以继续之前的操作。";
    session_over: "Your session has ended", "会话已结束";
    session_over_hint:
        "Log in again to continue. What you typed is kept.",
        "请重新登录后继续，已填写的内容仍会保留。";

    change_password: "Change password", "修改密码";
    changing_password: "Changing…", "修改中…";
    password_changed: "The password is changed.", "密码已修改。";
    choose_password: "Choose your own password", "设置您自己的密码";
    temporary_password_hint:
        "Your password is temporary. Choose one that only you know.",
        "您登录所用的是临时密码，请设置一个只有您知道的密码。";
    current_password: "Current password", "当前密码";
    new_password: "New password", "新密码";
    new_password_hint:
        "At least 12 characters. Several unrelated words work well.",
        "至少 12 个字符；几个只有您会组合在一起的词就很好。";
    repeat_password: "Repeat the new password", "再次输入新密码";
    passwords_differ: "The passwords do not match.", "两次输入的密码不一致。";
}
